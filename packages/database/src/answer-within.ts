import { type RawBuilder, sql } from 'kysely'

const LIMIT = /^\/\* answer within (\d+) ms \*\//

/**
 * Goes in front of a statement that is short although others of its pool may take long. If no answer comes within `ms`
 * milliseconds, the connection is closed, and the statement fails as unavailable:
 *
 *     await sql`${answerWithin(2000)} fetch 250 from exported`.execute(trx)
 *
 * It is a comment in the text of the statement, which {@link GuardedClient} reads. The server's `statement_timeout` cannot do this:
 * it needs a server that still answers.
 */
export function answerWithin(ms: number): RawBuilder<unknown> {
  return sql.raw(limitText(ms))
}

/** The same for a statement that does not go through Kysely. */
export const limitText = (ms: number): string => `/* answer within ${Math.ceil(ms)} ms */`

/** The limit that {@link answerWithin} has put in front of a statement. Milliseconds. */
export function limitOf(statement: unknown): number | undefined {
  if (typeof statement !== 'string' || !statement.startsWith('/*')) return undefined
  const [, ms] = LIMIT.exec(statement) ?? []
  return ms === undefined ? undefined : Number(ms)
}
