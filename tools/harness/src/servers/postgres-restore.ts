import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { postgresAccount } from './postgres-account.ts'
import { postgresProgram } from './postgres-binaries.ts'

/** The major version of the server that we start. */
export function postgresMajor(): number {
  const { stdout } = spawnSync(postgresProgram(), ['--version'], { encoding: 'utf8', cwd: '/' })
  return Number(/(\d+)/.exec(stdout ?? '')?.[1])
}

/** They hold nothing in a backup, and what copies a backup may leave empty directories out. */
const EMPTY = [
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical/mappings',
  'pg_logical/snapshots',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal/archive_status',
  'pg_wal/summaries',
]

/** Makes the directory of a server from a backup of its data. When it starts, it makes itself whole from the log in there. */
export function restorePostgres(backup: string, directory: string): void {
  const account = postgresAccount()
  const own = (path: string, mode: number): void => {
    chmodSync(path, mode)
    if (account) chownSync(path, account.uid, account.gid)
  }
  const data = join(directory, 'data')
  mkdirSync(data, { recursive: true })
  own(directory, 0o700)
  own(data, 0o700)
  const makeDirectory = (path: string): void => {
    if (existsSync(path)) return
    makeDirectory(dirname(path))
    mkdirSync(path)
    own(path, 0o700)
  }
  for (const path of EMPTY) makeDirectory(join(data, path))
  for (const entry of readdirSync(backup, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name)
    const path = join(data, relative(backup, source))
    if (entry.isDirectory()) makeDirectory(path)
    else {
      makeDirectory(dirname(path))
      copyFileSync(source, path)
      own(path, 0o600)
    }
  }
}
