import type { TestScope } from '@latchkey/harness'
import { startPgbouncer } from './pgbouncer.ts'
import { topologyOfRun } from './topology.ts'

/** Time-outs that fit those of tests, in seconds, and connections for whoever holds some and waits for more. */
const SETTINGS = {
  default_pool_size: '30',
  query_wait_timeout: '5',
  server_connect_timeout: '2',
  server_login_retry: '1',
}

/**
 * Where a service of this test reaches its Postgres for transactions: by a PgBouncer of its own where the run is about that, which lets go
 * of each connection at the end of a transaction; undefined elsewhere. It leads to whatever the address does, a relay for faults too.
 */
export async function poolerOfRun(t: TestScope, databaseUrl: string): Promise<string | undefined> {
  if (topologyOfRun() !== 'pgbouncer') return undefined
  const pooler = await startPgbouncer(t, { mode: 'transaction', url: databaseUrl, settings: SETTINGS })
  if ('missing' in pooler) throw new Error(pooler.missing)
  return pooler.url
}
