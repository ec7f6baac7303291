import { eventually } from '@latchkey/test-kit'
import { type ArrivedMail, startMailServer } from './mail-server.ts'

export type ReadMail = { readonly to: string; readonly subject: string; readonly text: string }

/** A mail server, the settings that send auth-service's mails there, and what a person does with them. */
export async function startMailbox(...args: Parameters<typeof startMailServer>) {
  const { url, mails } = await startMailServer(...args)
  const read = new Map<string, number>()
  const mailsTo = (address: string): ReadMail[] => mails.filter(({ to }) => to.includes(address)).map(toReadMail)

  /** The next mail to this address that was not read yet; waits for it. */
  async function next(address: string): Promise<ReadMail> {
    const at = read.get(address) ?? 0
    await eventually(() => mailsTo(address).length > at, `a mail to ${address}`)
    read.set(address, at + 1)
    const mail = mailsTo(address)[at]
    if (mail === undefined) throw new Error(`no mail to ${address}`)
    return mail
  }

  return {
    variables: {
      SMTP_URL: url,
      MAIL_FROM: 'Latchkey <no-reply@latchkey.test>',
      PUBLIC_URL: 'https://id.latchkey.test',
    },
    mailsTo,
    next,
    /** The token of the link in the next mail to this address that has one: notices come between. */
    async nextToken(address: string): Promise<string> {
      for (;;) {
        const { text } = await next(address)
        if (text.includes('#token=')) return tokenIn(text)
      }
    },
  }
}

/** The token of the link in a mail as it arrived. */
export const tokenOf = (mail: ArrivedMail): string => tokenIn(toReadMail(mail).text)

/** The token of the link in a text, as the page that it leads to reads it from the fragment. */
export function tokenIn(text: string): string {
  const [, token] = /#token=([\w-]{43})(?![\w-])/.exec(text) ?? []
  if (token === undefined) throw new Error(`there is no link in: ${text}`)
  return token
}

function toReadMail({ to, source }: ArrivedMail): ReadMail {
  const text = source
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return { to: to.join(), subject: /^Subject: (.*)$/m.exec(source)?.[1]?.trim() ?? '', text }
}
