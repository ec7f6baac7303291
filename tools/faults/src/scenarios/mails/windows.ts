import type { RelayedChunk } from '@latchkey/test-kit'

/** The first chunk beyond a step of a mail, as the traffic of the replicas shows it. */
type Step = 'committing' | 'committed' | 'taken' | 'begun' | 'sent' | 'accepted' | 'marking' | 'marked'

/** A moment between two steps. */
export type Window = {
  readonly name: string
  readonly before: Step
  /** Whether the change that the mail is about is undone by a kill: then nothing may leave. */
  readonly isUndone?: boolean
}

/** Every step of a mail with a link. */
export const WINDOWS: readonly Window[] = [
  { name: 'before the commit of the request', before: 'committing', isUndone: true },
  { name: 'committed, reply lost to the service', before: 'committed' },
  { name: 'job taken, before the token is drawn', before: 'taken' },
  { name: 'hash committed, before the mail is sent', before: 'begun' },
  { name: 'the text of the mail on its way', before: 'sent' },
  { name: 'taken over by the mail server, reply lost', before: 'accepted' },
  { name: 'taken over, before it is marked', before: 'marking' },
  { name: 'marked, before the job is completed', before: 'marked' },
]

/** The line with a dot alone, which may come by itself. */
function endsText(bytes: Buffer): boolean {
  const end = bytes.subarray(-5).toString()
  return end === '\r\n.\r\n' || end === '.\r\n'
}

/** Follows the one mail to a mailbox through the traffic: tells for each chunk which step it is, if any. */
export function followMail(mailbox: string): (chunk: RelayedChunk) => Step | undefined {
  /** Connections of the request, of the mail to its server, and of the statement that marks it. */
  let asking: string | undefined
  let sending: string | undefined
  let marking: string | undefined
  let mailId: string | undefined
  let last: Step | undefined

  function stepOf({ relay, connection, from, bytes }: RelayedChunk): Step | undefined {
    const isPostgres = relay.startsWith('postgres')
    const has = (text: string): boolean => bytes.includes(text)
    switch (last) {
      case undefined:
        if (asking === undefined && isPostgres && from === 'client' && has(mailbox)) asking = connection
        if (asking === undefined || connection !== asking || from !== 'client') return undefined
        mailId ??= /"key":"([\w-]{36})"/.exec(bytes.toString())?.[1]
        return mailId !== undefined && has('commit') ? 'committing' : undefined
      case 'committing':
        return connection === asking && from === 'server' ? 'committed' : undefined
      case 'committed':
        return isPostgres && from === 'server' && has(`{"key": "${mailId}"}`) ? 'taken' : undefined
      case 'taken':
        if (isPostgres || !has(`RCPT TO:<${mailbox}>`)) return undefined
        sending = connection
        return 'begun'
      case 'begun':
        // An attempt that failed is repeated on another connection.
        if (!isPostgres && has(`RCPT TO:<${mailbox}>`)) sending = connection
        return connection === sending && from === 'client' && endsText(bytes) ? 'sent' : undefined
      case 'sent':
        return connection === sending && from === 'server' ? 'accepted' : undefined
      case 'accepted':
        if (!isPostgres || from !== 'client' || mailId === undefined || !has(mailId)) return undefined
        marking = connection
        return 'marking'
      case 'marking':
        return connection === marking && from === 'server' ? 'marked' : undefined
      case 'marked':
        return undefined
    }
  }

  return (chunk) => {
    const step = stepOf(chunk)
    if (step !== undefined) last = step
    return step
  }
}
