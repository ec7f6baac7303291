import {
  type EmbeddedPostgres,
  ensureDatabase,
  ensureOwnedDatabase,
  startPostgres,
  type TestScope,
} from '@latchkey/harness'
import { type PrivateServer, privateServer } from './private-server.ts'

export type PrivatePostgres = PrivateServer & {
  /** Creates a further database and returns its address. */
  createDatabase(name: string): Promise<string>
  /** The same with two roles: one that owns it, and one that may only enter it. */
  createOwnedDatabase(name: string): Promise<{ url: string; ownerUrl: string }>
  /** The address of a database for a superuser. */
  superuserUrl(database?: string): string
}

/** A Postgres of this test alone, with one empty database. It starts in about half a second. */
export async function privatePostgres(
  t: TestScope,
  options: { maxConnections?: number } = {},
): Promise<PrivatePostgres> {
  let running: EmbeddedPostgres | undefined
  const server = await privateServer(t, 'postgres', async (place) => {
    const started = await startPostgres({ ...place, ...options, superuserPassword: 'private', durable: false })
    running = started
    return { ...started, url: await ensureDatabase(started, { name: 'latchkey_test', password: 'private' }) }
  })
  const current = (): EmbeddedPostgres => {
    if (running === undefined) throw new Error('Postgres is not running')
    return running
  }
  return {
    ...server,
    createDatabase: (name) => ensureDatabase(current(), { name, password: 'private' }),
    createOwnedDatabase: (name) =>
      ensureOwnedDatabase(current(), { name, password: 'private', ownerPassword: 'private' }),
    superuserUrl: (database) => current().url(database),
  }
}
