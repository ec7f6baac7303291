import { chmodSync, mkdirSync, rmSync } from 'node:fs'
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

/** Makes the directory if needed and takes it for this process alone. */
export function claimDataDirectory(path: string): DataDirectory {
  const inside = (name: string): string => join(path, name)
  const directory = {
    path,
    postgres: inside('postgres'),
    redis: inside('redis'),
    secrets: inside('secrets'),
    run: inside('run'),
  }
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
  return { ...directory, release: () => rmSync(claim, { force: true }) }
}
