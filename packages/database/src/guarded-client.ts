import pg from 'pg'
import { limitOf } from './answer-within.ts'
import { isConnectionFault, isStalePlan } from './postgres-errors.ts'
import { PreparedStatements } from './prepared-statements.ts'

/** A living server cancels a statement at its time-out; one that is silent for this much longer is unreachable. */
const ANSWER_GRACE_MS = 200
/** While nothing but servers without writes can be reached, connections are used for this long: making each of them anew would cost more. */
const LEAST_AGE_MS = 2000

export type GuardedConfig = pg.ClientConfig & {
  /** Of the server, see {@link setUpSession}. Without one a query has no limit. Milliseconds. */
  readonly statementTimeoutMs?: number
}

/**
 * A connection that is closed as soon as it is of no more use: when its server does not answer in time, when it has ended
 * the session, when it takes no writes any more, and when a statement that was prepared on it no longer fits its table, or is not
 * there. A pool then replaces it.
 *
 * pg's own `query_timeout` fails the query and keeps the connection, so a pool hands it out again and again.
 *
 * It costs 6 µs of CPU per query: `node scripts/run.mjs tools/bench/src/database-client.ts`.
 */
export class GuardedClient extends pg.Client {
  readonly #limitMs: number | undefined
  readonly #prepared = new PreparedStatements()
  readonly #madeAtMs = performance.now()
  /** The parameters by which a server says that it takes no writes. */
  readonly #readOnly = new Set<string>()
  #hasFault = false

  constructor(config: GuardedConfig = {}) {
    super(config)
    const { statementTimeoutMs } = config
    this.#limitMs = statementTimeoutMs === undefined ? undefined : statementTimeoutMs + ANSWER_GRACE_MS
    // A connection can break while it is checked out. The query on it fails by itself; an event without a listener
    // would end the process.
    this.on('error', () => {})
    // Postgres reports both at the start, and again when they change: after a fail-over connections that only read go as well.
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (!SAYS_READ_ONLY.has(parameterName)) return
      if (parameterValue === 'on') this.#readOnly.add(parameterName)
      else this.#readOnly.delete(parameterName)
    })
  }

  /** Whether it should be closed when it is given back; see {@link isConnectionFault} and {@link PreparedStatements}. */
  get isWornOut(): boolean {
    const isPastUse = this.#readOnly.size > 0 && performance.now() > this.#madeAtMs + LEAST_AGE_MS
    return this.#hasFault || isPastUse || this.#prepared.isFull
  }

  // In place of pg's seven overloads: what comes back depends on what is handed in.
  override query<Result>(...parameters: unknown[]): Result
  override query(...parameters: unknown[]): unknown {
    const [statement, values, ...rest] = parameters
    const prepared = this.prepare(statement, values)
    return this.send(prepared === undefined ? parameters : [prepared, ...rest], limitOf(statement))
  }

  /** The statement under the name that this connection knows it by. */
  protected prepare(statement: unknown, values: unknown): unknown {
    return this.#prepared.prepare(statement, values)
  }

  /** Called with the first word of a fault, before anything further is sent. */
  protected onFault(): void {}

  /** Sends a query in pg's callback or promise form, and watches over its answer. */
  protected send(parameters: unknown[], limitMs = this.#limitMs): unknown {
    let isAnswered = false
    const giveUp = () => {
      if (!isAnswered) this.connection.stream.destroy(new Error('Query read timeout'))
    }
    // After a pause of this process an answer may be waiting to be read: it wins.
    const timer = limitMs === undefined ? undefined : setTimeout(() => setImmediate(giveUp), limitMs)
    const answered = (error?: unknown): void => {
      isAnswered = true
      clearTimeout(timer)
      if (isConnectionFault(error)) {
        this.#hasFault = true
        this.onFault()
      }
      if (isFatal(error) || isStalePlan(error)) this.end().catch(() => {})
    }
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

type ParameterStatus = { readonly parameterName: string; readonly parameterValue: string }

const SAYS_READ_ONLY = new Set(['in_hot_standby', 'default_transaction_read_only'])

/** The server has ended the session; until the socket closes a pool would hand the connection out once more. */
function isFatal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC')
}
