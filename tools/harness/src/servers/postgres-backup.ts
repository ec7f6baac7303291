import { chmod, copyFile, mkdir, opendir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import pg from 'pg'
import { UserFacingError } from '../user-facing-error.ts'

/** What is of the running server alone, or is made anew when it starts. By path below the data directory. */
const LEFT_OUT =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/|^postmaster\.(pid|opts)$|^backup_label|^tablespace_map|(^|\/)pgsql_tmp|(^|\/)pg_internal\.init/
/** Copied last: it says where recovery has to begin at the latest. */
const CONTROL = 'global/pg_control'
const SLOT = 'latchkey_backup'

/**
 * Copies the data of a running server with its low-level interface for backups: the files as they are while they change, and the log
 * from which the copy makes itself whole when it starts. Needs no program beside the server.
 *
 * @param url of a superuser
 * @param data the server's data directory
 * @param target made here
 */
export async function backUpPostgres(url: string, data: string, target: string): Promise<{ version: string }> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    // Keeps the log from being removed. It goes with this connection.
    await client.query('select pg_create_physical_replication_slot($1, true, true)', [`${SLOT}_${process.pid}`])
    await client.query(`select pg_backup_start('latchkey', true)`)
    await copyData(data, target)
    const { rows } = await client.query<{ label: string; tablespaces: string; last: string; version: string }>(
      `select labelfile as label, spcmapfile as tablespaces, pg_walfile_name(lsn) as last, current_setting('server_version') as version
       from pg_backup_stop(false)`,
    )
    const [stopped] = rows
    if (!stopped) throw new Error('Postgres did not end the backup')
    if (stopped.tablespaces.trim() !== '')
      throw new UserFacingError('Postgres has tablespaces, which are not backed up.')
    await writeFile(join(target, 'backup_label'), stopped.label, { mode: 0o600 })
    const [, first = ''] = /START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)/.exec(stopped.label) ?? []
    await copyLog(data, target, { first, last: stopped.last })
    return { version: stopped.version }
  } finally {
    await client.end()
  }
}

async function copyData(data: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 })
  for await (const entry of await opendir(data, { recursive: true })) {
    const path = relative(data, join(entry.parentPath, entry.name))
    if (entry.isDirectory()) {
      // The directories of what is left out have to be there.
      if (!LEFT_OUT.test(path)) await mkdir(join(target, path), { recursive: true, mode: 0o700 })
    } else if (entry.isFile() && !LEFT_OUT.test(path) && path !== CONTROL) await copy(data, target, path)
  }
  await mkdir(join(target, 'pg_wal/archive_status'), { recursive: true, mode: 0o700 })
  await mkdir(join(target, 'pg_wal/summaries'), { recursive: true, mode: 0o700 })
  await copy(data, target, CONTROL)
}

async function copyLog(data: string, target: string, { first, last }: { first: string; last: string }): Promise<void> {
  let count = 0
  for await (const { name } of await opendir(join(data, 'pg_wal'))) {
    const isNeeded = /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last
    if (isNeeded) count++
    if (isNeeded || name.endsWith('.history')) await copy(data, target, join('pg_wal', name))
  }
  if (count === 0) throw new Error('the log of the backup is not there')
}

/** A file that goes while the copy is made is not part of the data any more. */
async function copy(data: string, target: string, path: string): Promise<void> {
  try {
    await copyFile(join(data, path), join(target, path))
    await chmod(join(target, path), 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
