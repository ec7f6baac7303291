import type { MailText } from '../mail.ts'

export type Letter = {
  readonly subject: string
  /** Those that are empty are left out. */
  readonly paragraphs: readonly string[]
  /** What the reader can do, with the address that does it. */
  readonly action?: { readonly label: string; readonly url: string } | undefined
  /** Below the action: how long it works, what to do when the reader did not ask for it. */
  readonly remarks?: readonly string[]
}

/** Text and HTML of one letter. No picture, no style sheet and no script: nothing in it is fetched from anywhere. */
export function layOut({ subject, paragraphs: all, action, remarks = [] }: Letter): MailText {
  const paragraphs = all.filter(Boolean)
  const text = [...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), ...remarks].join('\n\n')
  const html = [
    ...paragraphs.map(paragraph),
    ...(action ? [`<p><a href="${escapeHtml(action.url)}">${escapeHtml(action.label)}</a></p>`] : []),
    ...remarks.map(paragraph),
  ].join('\n')
  return {
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>\n<body>\n${html}\n</body></html>\n`,
  }
}

/** `2026-01-31 12:00 UTC`: a reader of a mail has no time zone that we know. */
export const minuteOf = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
