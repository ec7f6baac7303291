import { PostgresDialect } from 'kysely'
import pg from 'pg'
import { GuardedClient } from './guarded-client.ts'
import { PooledKysely } from './pooled-kysely.ts'

export type DatabaseOptions = {
  url: string
  /** Schema of unqualified names: a plain lower-case identifier. The role's own search path unless given. */
  schema?: string
  /** Shown in `pg_stat_activity`. */
  applicationName?: string
  /** Most connections open at a time. */
  poolSize?: number
  /** How often a connection is borrowed before it is closed. Any number unless given. */
  maxUses?: number
  /** How long a query may wait for a connection. Milliseconds. */
  connectTimeoutMs?: number
  /** How long a statement may run. Milliseconds. */
  statementTimeoutMs?: number
  /** Called with the error of a connection that broke while idle; the pool replaces it. */
  onError?: (error: Error) => void
}

export type Database<DB> = {
  readonly db: PooledKysely<DB>
  readonly pool: pg.Pool
  /** Waits for running queries, then closes every connection. */
  close(): Promise<void>
  /** `degraded` when the server takes no writes; that connection is not used again. Rejects when Postgres does not answer in time. */
  ping(): Promise<'ok' | 'degraded'>
}

/**
 * A connection that a burst has opened stays for the next one. Opening one costs Postgres as much as hundreds of short statements, and
 * most when it is at work: what waits then would open more of them.
 */
const IDLE_MS = 60_000

/** A pool of connections with a Kysely on top. Connects on first use. */
export function createDatabase<DB>(options: DatabaseOptions): Database<DB> {
  const { url, schema, poolSize = 10, connectTimeoutMs = 1500, statementTimeoutMs = 1500 } = options
  const pool = new pg.Pool({
    Client: GuardedClient,
    connectionString: url,
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 5 * statementTimeoutMs,
    keepAlive: true,
    ...(options.maxUses === undefined ? {} : { maxUses: options.maxUses }),
    ...(options.applicationName === undefined ? {} : { application_name: options.applicationName }),
    ...(schema === undefined ? {} : { options: `-c search_path=${assertPlain(schema)}` }),
  })
  pool.on('error', (error) => options.onError?.(error))
  pool.on('release', (_error, client) => {
    if (client instanceof GuardedClient && client.isWornOut) void client.end()
  })
  const db = new PooledKysely<DB>({ dialect: new PostgresDialect({ pool }) }, pool, schema)
  let closed: Promise<void> | undefined
  return {
    db,
    pool,
    close: () => {
      // Kysely ends a pool only if it has used it itself.
      closed ??= db.destroy().then(() => (pool.ending ? undefined : pool.end()))
      return closed
    },
    ping: async () => {
      const client = await pool.connect()
      let isWritable = false
      try {
        const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only')
        isWritable = rows[0]?.transaction_read_only === 'off'
      } finally {
        client.release(!isWritable)
      }
      return isWritable ? 'ok' : 'degraded'
    },
  }
}

function assertPlain(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new TypeError('schema must be a plain lower-case identifier')
  return schema
}
