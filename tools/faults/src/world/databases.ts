import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, startPostgres } from '@latchkey/stack'
import type { Scope } from '../scope.ts'

/** The one Postgres of a run, and the directory for all that the run leaves behind. */
export type Databases = {
  readonly directory: string
  /** Makes an empty database and returns its address. */
  create(name: string): Promise<string>
}

/** `keep` is asked in the end whether the directory stays. */
export async function startDatabases(scope: Scope, keep: () => boolean): Promise<Databases> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-faults-'))
  // Postgres may have to run as another user, who has to get through.
  chmodSync(directory, 0o755)
  const runDirectory = join(directory, 'run')
  mkdirSync(runDirectory)
  scope.teardown(async () => {
    rmSync(join(directory, 'postgres'), { recursive: true, force: true })
    if (!keep()) rmSync(directory, { recursive: true, force: true })
  })
  const postgres = await startPostgres({
    directory: join(directory, 'postgres'),
    runDirectory,
    superuserPassword: 'private',
    durable: false,
  })
  scope.teardown(() => postgres.stop())
  return { directory, create: (name) => ensureDatabase(postgres, { name, password: 'private' }) }
}
