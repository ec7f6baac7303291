import pg from 'pg'
import { limitOf } from './answer-within.ts'
import { isConnectionFault, isStalePlan } from './postgres-errors.ts'
import { PreparedStatements } from './prepared-statements.ts'

/** A living server cancels a statement at its time-out; one that is silent for this much longer is unreachable. */
const ANSWER_GRACE_MS = 200

/**
 * A connection that is closed as soon as it is of no more use: when its server does not answer in time, when it has ended
 * the session, when it takes no writes any more, and when a statement that was prepared on it no longer fits its table, or is not
 * there. A pool then replaces it.
 *
 * pg's own `query_timeout` fails the query and keeps the connection, so a pool hands it out again and again. Without a
 * `statement_timeout` there is no limit.
 *
 * It costs 6 µs of CPU per query: `node scripts/run.mjs tools/bench/src/database-client.ts`.
 */
export class GuardedClient extends pg.Client {
  readonly #limitMs: number | undefined
  readonly #prepared = new PreparedStatements()
  #hasFault = false

  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const { statement_timeout: timeout } = typeof config === 'object' ? config : {}
    this.#limitMs = timeout ? timeout + ANSWER_GRACE_MS : undefined
    // A connection can break while it is checked out. The query on it fails by itself; an event without a listener
    // would end the process.
    this.on('error', () => {})
  }

  /** Whether it should be closed when it is given back; see {@link isConnectionFault} and {@link PreparedStatements}. */
  get isWornOut(): boolean {
    return this.#hasFault || this.#prepared.isFull
  }

  // In place of pg's seven overloads: what comes back depends on what is handed in.
  override query<Result>(...parameters: unknown[]): Result
  override query(...parameters: unknown[]): unknown {
    const [statement, values, ...rest] = parameters
    const limitMs = limitOf(statement) ?? this.#limitMs
    const giveUp = () => this.connection.stream.destroy(new Error('Query read timeout'))
    const timer = limitMs === undefined ? undefined : setTimeout(giveUp, limitMs)
    const answered = (error?: unknown): void => {
      clearTimeout(timer)
      this.#hasFault ||= isConnectionFault(error)
      if (isFatal(error) || isStalePlan(error)) this.end().catch(() => {})
    }
    const prepared = this.#prepared.prepare(statement, values)
    return this.#send(prepared === undefined ? parameters : [prepared, ...rest], answered)
  }

  /** Sends a query in pg's callback or promise form, and calls `answered` before the caller learns how it ended. */
  #send(parameters: unknown[], answered: (error?: unknown) => void): unknown {
    const callback = parameters.at(-1)
    if (typeof callback === 'function') {
      const wrapped = (...results: unknown[]): unknown => {
        answered(results[0])
        return callback(...results)
      }
      return Reflect.apply(super.query, this, [...parameters.slice(0, -1), wrapped])
    }
    const result: unknown = Reflect.apply(super.query, this, parameters)
    if (result instanceof Promise) result.then(() => answered(), answered)
    else answered()
    return result
  }
}

/** The server has ended the session; until the socket closes a pool would hand the connection out once more. */
function isFatal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC')
}
