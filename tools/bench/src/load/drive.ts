import type { Connection } from './connection.ts'
import type { Conversation } from './conversation.ts'

/** A connection and what is said on it, kept from turn to turn. */
export type Talker = { readonly connection: Connection; readonly conversation: Conversation }

/**
 * Keeps every connection busy for `ms` milliseconds and returns how many requests were answered.
 *
 * @throws at the first answer that is not 200: a server that refuses is fast, and measures nothing
 */
export async function drive(talkers: readonly Talker[], ms: number): Promise<number> {
  const end = performance.now() + ms
  const counts = await Promise.all(talkers.map((talker) => talk(talker, end)))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function talk({ connection, conversation }: Talker, end: number): Promise<number> {
  let count = 0
  while (performance.now() < end) {
    const { status, body } = await connection.send(conversation.next())
    if (status !== 200) throw new Error(`answered with ${status}: ${body}`)
    conversation.answered?.(body)
    count++
  }
  return count
}
