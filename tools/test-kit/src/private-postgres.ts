import { type EmbeddedPostgres, ensureDatabase, startPostgres, type TestScope } from '@latchkey/harness'
import { type PrivateServer, privateServer } from './private-server.ts'

type PrivatePostgres = PrivateServer & {
  /** Creates a further database and returns its address. */
  createDatabase(name: string): Promise<string>
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
  return {
    ...server,
    createDatabase(name) {
      if (running === undefined) throw new Error('Postgres is not running')
      return ensureDatabase(running, { name, password: 'private' })
    },
  }
}
