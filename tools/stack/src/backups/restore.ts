import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresMajor, restorePostgres, restoreRedis, stopLeftover, UserFacingError } from '@latchkey/harness'
import { type DataDirectory, restoreNote } from '../settings/data-directory.ts'
import { readBackup } from './manifest.ts'

export type RestoreOptions = {
  /** Claimed: nothing runs on it. */
  readonly directory: DataDirectory
  readonly backup: string
  readonly parts: readonly RestoredPart[]
  readonly say: (line: string) => void
}

export type RestoredPart = 'postgres' | 'redis'

/** A restore under way: what has been copied takes its place, and what was there goes aside. */
type Note = { readonly backup: string; readonly parts: readonly RestoredPart[]; readonly aside: string }

/**
 * Puts a backup in place of the data. What was there is kept. Interrupted anywhere it is done again by the same call, and nothing starts on the
 * data before it is finished.
 *
 * @returns what was restored: of one that was interrupted, whatever it was to restore
 * @throws UserFacingError before anything has changed, for a backup that is damaged or of another version
 */
export async function restore({ directory, backup, parts, say }: RestoreOptions): Promise<readonly RestoredPart[]> {
  const note = restoreNote(directory.path)
  if (existsSync(note)) return finish(directory, JSON.parse(readFileSync(note, 'utf8')) as Note, say)

  const manifest = await readBackup(backup)
  const [major, own] = [Number.parseInt(manifest.postgres, 10), postgresMajor()]
  if (parts.includes('postgres') && major !== own) {
    throw new UserFacingError(`The backup is of Postgres ${major}, and this version runs ${own}.`)
  }
  // Left by a run that was killed.
  for (const server of ['postgres', 'redis'])
    await stopLeftover(join(directory.run, `${server}.json`), 'SIGINT', 10_000)

  for (const part of parts) {
    say(`copying ${part === 'postgres' ? 'Postgres' : 'Redis'} …`)
    const copy = copyOf(directory, part)
    rmSync(copy, { recursive: true, force: true })
    if (part === 'postgres') restorePostgres(join(backup, 'postgres'), copy)
    else restoreRedis(join(backup, 'redis.rdb'), copy)
  }
  const aside = join(directory.path, `before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`)
  writeFileSync(`${note}.new`, JSON.stringify({ backup, parts, aside } satisfies Note), { mode: 0o600, flush: true })
  renameSync(`${note}.new`, note)
  return finish(directory, { backup, parts, aside }, say)
}

const copyOf = (directory: DataDirectory, part: RestoredPart): string => `${directory[part]}.restored`

/** As far as it has not been done. */
function finish(directory: DataDirectory, { backup, parts, aside }: Note, say: (line: string) => void) {
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  for (const part of parts) {
    const [current, copy] = [directory[part], copyOf(directory, part)]
    if (!existsSync(copy)) continue
    if (existsSync(current)) renameSync(current, join(aside, part))
    renameSync(copy, current)
  }
  rmSync(restoreNote(directory.path))
  say(`${backup} is in place. What was there before is in ${aside}: delete it once you do not need it.`)
  return parts
}
