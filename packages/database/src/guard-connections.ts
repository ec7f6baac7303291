import type pg from 'pg'
import { chosenPatienceMs } from './answer-within.ts'
import { isStalePlan, prepared } from './prepared-statements.ts'

type Query = (...parameters: unknown[]) => unknown

/** Of a pg client, what its types leave out or overload too richly to wrap. */
type Guarded = { query: Query; end(): Promise<void>; connection: { stream: { destroy(error: Error): void } } }

/**
 * Gives up a connection whose server does not answer a query in time, or that the server has ended. pg's own
 * `query_timeout` fails the query but keeps the connection, so that the pool goes on handing out one that will never
 * answer again; and between a fatal error and the end of its connection the pool would hand that out once more.
 *
 * @param answerWithinMs should be longer than the statement time-out, with which a living server answers first
 */
export function guardConnections(pool: pg.Pool, answerWithinMs: number): void {
  pool.on('connect', (client) => {
    // A connection can break while it is checked out, too; the query on it fails by itself, but without a listener
    // the event ends the process.
    client.on('error', () => {})
    const guarded = client as unknown as Guarded
    const query: Query = guarded.query.bind(client)
    guarded.query = (...parameters) => {
      const giveUp = () => guarded.connection.stream.destroy(new Error('Query read timeout'))
      const timer = setTimeout(giveUp, chosenPatienceMs() ?? answerWithinMs)
      return whenAnswered(query, prepared(parameters), (error) => {
        clearTimeout(timer)
        if (isFatal(error) || isStalePlan(error)) guarded.end().catch(() => {})
      })
    }
  })
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC')
}

/** Runs `query`, in the callback or the promise form, and calls `answered` before its caller learns how it ended. */
function whenAnswered(query: Query, parameters: unknown[], answered: (error?: unknown) => void): unknown {
  const callback = parameters.at(-1)
  if (typeof callback === 'function') {
    const wrapped: Query = (...results) => {
      answered(results[0])
      return callback(...results)
    }
    return query(...parameters.slice(0, -1), wrapped)
  }
  const result = query(...parameters)
  if (result instanceof Promise) result.then(() => answered(), answered)
  else answered()
  return result
}
