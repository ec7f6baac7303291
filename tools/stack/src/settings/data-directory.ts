import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { claimRecord, UserFacingError } from '@latchkey/harness'

/** Everything that `npm start` keeps, and what it notes while it runs (`run`). */
export type DataDirectory = {
  readonly path: string
  readonly postgres: string
  readonly redis: string
  readonly secrets: string
  readonly run: string
  /** Lets the next run have it. */
  release(): void
}

/** Where everything is, whoever has it. */
export function placesIn(path: string): Omit<DataDirectory, 'release'> {
  const inside = (name: string): string => join(path, name)
  return {
    path,
    postgres: inside('postgres'),
    redis: inside('redis'),
    secrets: inside('secrets'),
    run: inside('run'),
  }
}

/** There while a restore is under way: until it is done the data is neither the one nor the other. */
export const restoreNote = (path: string): string => join(path, 'restore-under-way.json')

/**
 * Makes the directory if needed and takes it for this process alone.
 * @param isRestoring whether this process is one that may end a restore
 */
export function claimDataDirectory(path: string, { isRestoring = false } = {}): DataDirectory {
  const directory = placesIn(path)
  try {
    mkdirSync(path, { recursive: true })
    for (const own of [directory.secrets, directory.run]) {
      mkdirSync(own, { recursive: true })
      chmodSync(own, 0o700)
    }
  } catch (error) {
    throw new UserFacingError(`The data directory ${path} cannot be used: ${(error as Error).message}`)
  }
  const claim = join(directory.run, 'stack.json')
  const owner = claimRecord(claim)
  if (owner !== undefined) {
    throw new UserFacingError(
      `Latchkey runs on ${path} already (process ${owner}). Stop it, or set DATA_DIR to another directory.`,
    )
  }
  const release = (): void => rmSync(claim, { force: true })
  if (!isRestoring && existsSync(restoreNote(path))) {
    release()
    throw new UserFacingError(`A restore into ${path} was interrupted. Run \`npm run restore\` again.`)
  }
  return { ...directory, release }
}
