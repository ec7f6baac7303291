const MAX_LENGTH = 60

/**
 * A name as a mail may show it: plain text of at most 60 characters that no mail program turns into a link. Names are chosen by
 * strangers, and a mail of ours must not carry their message. Empty where nothing readable is in it.
 */
export function plainName(name: string): string {
  const safe = name
    .normalize('NFKC')
    // Letters, digits and what names are joined with. Neither symbols nor marks of direction.
    .replace(/[^\p{L}\p{M}\p{N} ,.'’-]/gu, ' ')
    // Marks pile up over the lines around them.
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    // A dot only behind an initial or an abbreviation: no domain.
    .replace(/\.(?! |$)/g, ' ')
    // No telephone number, however it is grouped.
    .replace(/\p{N}(?:[ ,.'’-]*\p{N}){6,}|\p{N}{5,}/gu, '…')
    .replace(/ +/g, ' ')
    .trim()
  if (!/[\p{L}\p{N}]/u.test(safe)) return ''
  const characters = [...safe]
  if (characters.length <= MAX_LENGTH) return safe
  const start = characters.slice(0, MAX_LENGTH - 1).join('')
  return `${start.trimEnd()}…`
}

/** How mails name a user: by the full name, by the user name where that is missing or unreadable. */
export function mailNameOf({ fullName, username }: { fullName: string | null; username: string }): string {
  return plainName(fullName ?? '') || plainName(username)
}
