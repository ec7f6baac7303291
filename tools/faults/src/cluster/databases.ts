import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from '@latchkey/harness'
import { createChildProcesses, ensureDatabase, startPostgres } from '@latchkey/harness'

/** The Postgres of a run, and the directory for its logs and histories. */
export type Databases = {
  readonly directory: string
  /** Creates an empty database and returns its address. */
  create(name: string): Promise<string>
}

/** `keep` decides at the end whether the directory stays. */
export async function startDatabases(scope: Scope, keep: () => boolean): Promise<Databases> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-faults-'))
  // Postgres may run as another user, who needs to enter it.
  chmodSync(directory, 0o755)
  const runDirectory = join(directory, 'run')
  mkdirSync(runDirectory)
  scope.teardown(async () => {
    rmSync(join(directory, 'postgres'), { recursive: true, force: true })
    if (!keep()) rmSync(directory, { recursive: true, force: true })
  })
  const postgres = await startPostgres({
    processes: createChildProcesses(),
    directory: join(directory, 'postgres'),
    runDirectory,
    superuserPassword: 'private',
    durable: false,
  })
  scope.teardown(() => postgres.stop())
  return { directory, create: (name) => ensureDatabase(postgres, { name, password: 'private' }) }
}
