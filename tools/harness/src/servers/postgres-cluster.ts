import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../processes/child-processes.ts'
import { UserFacingError } from '../user-facing-error.ts'

/** A directory as a process of another account sees it. */
export type SeenDirectory = { path: string; descriptors: readonly number[]; close(): void }

/**
 * Started by root, Postgres runs as a user who may not get through the directories above its own (/root, a home with
 * mode 0700). So it is handed the open directory itself, as descriptor 3.
 */
export function openFor(account: Account | undefined, directory: string): SeenDirectory {
  if (account === undefined || process.platform !== 'linux') return { path: directory, descriptors: [], close() {} }
  const descriptor = openSync(directory, 'r')
  return { path: '/proc/self/fd/3', descriptors: [descriptor], close: () => closeSync(descriptor) }
}

// Nothing of our own environment concerns Postgres, and some of it is secret.
export const postgresEnvironment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }

export type ClusterOptions = {
  directory: string
  initdb: string
  account: Account | undefined
  superuser: string
  password: string
  /** false: do not wait for the disk; for tests alone. */
  durable: boolean
}

/** Makes `<directory>/data` with `initdb`, if it is not there yet. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { directory, account } = options
  if (existsSync(join(directory, 'data'))) return

  // Made under another name: a cluster that was interrupted half-way is never taken for a whole one.
  const passwordFile = join(directory, 'password')
  for (const rest of ['new', 'password']) rmSync(join(directory, rest), { recursive: true, force: true })
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600, flag: 'wx' })
  if (account) chownSync(passwordFile, account.uid, account.gid)
  try {
    await runInitdb(options)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(join(directory, 'new'), join(directory, 'data'))
}

async function runInitdb({ directory, initdb, account, superuser, durable }: ClusterOptions): Promise<void> {
  const seen = openFor(account, directory)
  const args = [
    `--pgdata=${seen.path}/new`,
    `--username=${superuser}`,
    `--pwfile=${seen.path}/password`,
    '--auth=scram-sha-256',
    // Sorting and upper case are the same on every machine, whatever locales it has.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ]
  const child = spawn(initdb, args, {
    cwd: '/',
    env: postgresEnvironment,
    stdio: ['ignore', 'ignore', 'pipe', ...seen.descriptors],
    ...account,
  })
  seen.close()
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new UserFacingError(`Postgres could not set up its data in ${directory}:\n${complaint.trim()}`)
}
