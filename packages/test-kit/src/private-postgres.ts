import { ensureDatabase, startPostgres } from '@latchkey/stack'
import { type PrivateServer, privateServer } from './private-server.ts'
import type { TestScope } from './test-environment.ts'

/** A Postgres for this test alone; its one database is empty at first. Making it takes about half a second. */
export function privatePostgres(t: TestScope, options: { maxConnections?: number } = {}): Promise<PrivateServer> {
  return privateServer(t, 'postgres', async (place) => {
    const server = await startPostgres({ ...place, ...options, superuserPassword: 'private', durable: false })
    return { ...server, url: await ensureDatabase(server, { name: 'latchkey_test', password: 'private' }) }
  })
}
