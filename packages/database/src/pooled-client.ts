import { limitOf } from './answer-within.ts'
import { GuardedClient, type GuardedConfig } from './guarded-client.ts'
import { beginsTransaction, beginTransaction, type SessionOptions } from './session-settings.ts'

export type PooledConfig = GuardedConfig & { readonly transactions?: SessionOptions }

const ENDS = /^(?:commit|rollback)$/i

/**
 * A connection to a pooler that lends its own ones for a transaction each (PgBouncer's `pool_mode = transaction`): what is set or prepared
 * on it is gone, or another's, with the next transaction. So statements have no names, every transaction brings its settings along, and
 * a statement alone becomes a transaction.
 *
 * A row by its key takes three messages and their answers in place of one:
 * `node scripts/run.mjs tools/bench/src/database-client.ts`.
 */
export class PooledClient extends GuardedClient {
  readonly #settings: SessionOptions
  /** A pooler that has no connection to lend keeps the first statement waiting. */
  readonly #beginWithinMs: number | undefined
  /** As the caller has begun and ended it; messages wait in line, and the server's word for it comes later. */
  #isInTransaction = false
  /** Resolves when the statements that stand alone are through. */
  #settled: Promise<unknown> = Promise.resolve()

  constructor(config: PooledConfig = {}) {
    super(config)
    this.#settings = config.transactions ?? { statementTimeoutMs: 0 }
    this.#beginWithinMs = config.connectionTimeoutMillis
  }

  override query<Result>(...parameters: unknown[]): Result
  override query(...parameters: unknown[]): unknown {
    const [statement, ...rest] = parameters
    if (typeof statement === 'string' && beginsTransaction(statement)) {
      this.#isInTransaction = true
      return this.#begin(statement, rest)
    }
    if (this.#isInTransaction) {
      if (typeof statement === 'string' && ENDS.test(statement)) this.#isInTransaction = false
      return this.send(parameters, limitOf(statement))
    }
    return this.#sendAlone(parameters)
  }

  /** In the middle of the transaction: then the pooler closes its own connection, too, and lends that to nobody any more. */
  protected override onFault(): void {
    this.connection.stream.destroy(new Error('Connection terminated'))
  }

  #begin(statement: string, rest: readonly unknown[]): unknown {
    const begun = this.send([beginTransaction(statement, this.#settings), ...rest], this.#beginWithinMs)
    // Half a beginning is one that nobody would end.
    if (begun instanceof Promise) begun.catch(() => this.connection.stream.destroy())
    return begun
  }

  /** The statement as a transaction of its own: it has succeeded once that is committed. */
  #sendAlone(parameters: unknown[]): unknown {
    const callback = parameters.at(-1)
    const isCallback = typeof callback === 'function'
    const own = isCallback ? parameters.slice(0, -1) : parameters
    const result = this.#settled.then(() => this.#runAlone(own))
    this.#settled = result.catch(() => {})
    if (!isCallback) return result
    result.then(
      (value) => callback(undefined, value),
      (error: unknown) => callback(error),
    )
    return undefined
  }

  async #runAlone(parameters: unknown[]): Promise<unknown> {
    await this.#begin('begin', [])
    let answer: unknown
    try {
      answer = await this.send(parameters, limitOf(parameters[0]))
    } catch (error) {
      await this.#undo()
      throw error
    }
    await this.send(['commit'])
    return answer
  }

  /** Where that fails, the connection is of no use any more: the next query on it says so. */
  async #undo(): Promise<void> {
    try {
      await this.send(['rollback'])
    } catch {
      this.connection.stream.destroy()
    }
  }
}
