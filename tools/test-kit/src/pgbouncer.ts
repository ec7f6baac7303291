import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createChildProcesses, freePort, lastLines, poll, type TestScope, temporaryDirectory } from '@latchkey/harness'
import pg from 'pg'
import { programOf } from './programs.ts'

export type PgbouncerOptions = {
  readonly mode: 'session' | 'transaction' | 'statement'
  /** The address whose role and database clients get, by whatever role they sign in. */
  readonly url: string
  /** Further lines of its configuration. */
  readonly settings?: Readonly<Record<string, string>>
}

export type Pgbouncer = { readonly url: string }

/** Root on Debian or Ubuntu gets it installed when it is missing; undefined elsewhere. */
export const pgbouncerProgram = (): Promise<string | undefined> => programOf('pgbouncer', 'pgbouncer')

/**
 * A real PgBouncer in front of one database, for one test file. Where there is none, those tests are skipped, and say why.
 */
export async function startPgbouncer(
  t: TestScope,
  options: PgbouncerOptions,
): Promise<Pgbouncer | { readonly missing: string }> {
  const program = await pgbouncerProgram()
  if (program === undefined) return { missing: 'no pgbouncer on PATH' }

  const directory = temporaryDirectory(t, 'pgbouncer')
  const port = await freePort()
  const file = join(directory, 'output.log')
  writeFileSync(join(directory, 'pgbouncer.ini'), configuration(options, port), { mode: 0o600 })
  const pgbouncer = createChildProcesses().start({
    name: 'PgBouncer',
    command: program,
    args: ['pgbouncer.ini'],
    cwd: directory,
    env: { PATH: process.env.PATH },
    output: { file },
    recordFile: join(directory, 'run', 'pgbouncer.json'),
    stopSignal: 'SIGINT',
    graceMs: 5000,
  })
  t.teardown(() => pgbouncer.stop())
  const url = new URL(options.url)
  url.port = String(port)
  const isUp = async (): Promise<boolean> => pgbouncer.hasExited() || (await answers(url.href))
  await poll(isUp, { timeoutMs: 20_000, intervalMs: 20 })
  if (pgbouncer.hasExited()) throw new Error(`PgBouncer did not start:\n${lastLines(file)}`)
  return { url: url.href }
}

function configuration({ mode, url, settings = {} }: PgbouncerOptions, port: number): string {
  const { hostname, port: serverPort, pathname, username, password } = new URL(url)
  const name = pathname.slice(1)
  const target = {
    host: hostname,
    port: serverPort,
    dbname: name,
    user: username,
    password: decodeURIComponent(password),
  }
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    // Whom it lets in is not what tests are about.
    auth_type: 'any',
    pool_mode: mode,
    max_client_conn: '500',
    default_pool_size: '20',
    // It refuses to run as root.
    ...(process.getuid?.() === 0 && { user: 'postgres' }),
    ...settings,
  }
  const text = (values: object): string[] => Object.entries(values).map(([key, value]) => `${key}=${value}`)
  return ['[databases]', `${name} = ${text(target).join(' ')}`, '[pgbouncer]', ...text(lines), ''].join('\n')
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
