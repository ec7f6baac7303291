import { PostgresDialect } from 'kysely'
import pg from 'pg'
import { limitText } from './answer-within.ts'
import { GuardedClient } from './guarded-client.ts'
import { PooledClient } from './pooled-client.ts'
import { PooledKysely } from './pooled-kysely.ts'
import { type SessionOptions, setUpSession } from './session-settings.ts'

export type DatabaseOptions = {
  url: string
  /** The address is that of a pooler which lends connections for a transaction each, see {@link PooledClient}. */
  isPooled?: boolean
  /** Schema of unqualified names: a plain lower-case identifier. The role's own search path unless given. */
  schema?: string
  /** In place of `schema`: a search path as `show search_path` has it. */
  searchPath?: string
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
  const {
    url,
    isPooled = false,
    schema,
    searchPath,
    poolSize = 10,
    connectTimeoutMs = 1500,
    statementTimeoutMs = 1500,
  } = options
  if (schema !== undefined && !isPlainName(schema)) throw new TypeError('schema must be a plain lower-case identifier')
  const settings: SessionOptions = { schema, searchPath, statementTimeoutMs }
  const pool = new pg.Pool({
    ...ofKind(isPooled, settings, connectTimeoutMs),
    connectionString: url,
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...(options.maxUses === undefined ? {} : { maxUses: options.maxUses }),
    ...(options.applicationName === undefined ? {} : { application_name: options.applicationName }),
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

const isPlainName = (schema: string): boolean => /^[a-z_][a-z0-9_]{0,62}$/.test(schema)

/** Settings are statements and no start-up parameters: of those, poolers refuse all but a few. */
function ofKind(isPooled: boolean, settings: SessionOptions, setUpWithinMs: number): pg.PoolConfig {
  const { statementTimeoutMs } = settings
  const pooled = { Client: PooledClient, statementTimeoutMs, transactions: settings }
  if (isPooled) return pooled
  const setUp = `${limitText(setUpWithinMs)} ${setUpSession(settings)}`
  const inSession = {
    Client: GuardedClient,
    statementTimeoutMs,
    onConnect: (client: pg.ClientBase) => client.query(setUp),
  }
  return inSession
}
