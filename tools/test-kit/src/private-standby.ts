import { spawnSync } from 'node:child_process'
import { appendFileSync, chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createChildProcesses, runSql, startPostgres, type TestScope, temporaryDirectory } from '@latchkey/harness'
import type { PrivatePostgres } from './private-postgres.ts'

export type PrivateStandby = {
  /** The address of the same role and database as that of the primary. */
  readonly url: string
  readonly superuserUrl: string
  /** Has it take writes from now on. */
  promote(): Promise<void>
}

/** A server that follows another one of the same test, as a replica in production. The other one restarts for it. */
export async function privateStandby(t: TestScope, primary: PrivatePostgres): Promise<PrivateStandby> {
  const root = temporaryDirectory(t, 'standby')
  const directory = join(root, 'postgres')
  await primary.stop()
  const { status, stderr } = spawnSync('cp', ['-a', primary.directory, directory], { encoding: 'utf8' })
  await primary.start()
  if (status !== 0) throw new Error(`the data could not be copied: ${stderr}`)

  const data = join(directory, 'data')
  const { port, username, password } = new URL(primary.superuserUrl())
  const signal = join(data, 'standby.signal')
  writeFileSync(signal, '')
  const { uid, gid } = statSync(data)
  if (process.getuid?.() === 0) chownSync(signal, uid, gid)
  const source = `host=127.0.0.1 port=${port} user=${username} password=${password}`
  appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`)

  const server = await startPostgres({
    processes: createChildProcesses(),
    directory,
    runDirectory: join(root, 'run'),
    superuserPassword: decodeURIComponent(password),
    durable: false,
  })
  t.teardown(() => server.stop())
  const url = new URL(primary.url)
  url.port = String(server.port)
  return {
    url: url.href,
    superuserUrl: server.url(),
    promote: async () => void (await runSql(server.url(), 'select pg_promote()')),
  }
}
