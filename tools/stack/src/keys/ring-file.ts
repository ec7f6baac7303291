import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserFacingError } from '@latchkey/harness'
import { type RingText, readRing, writeRing } from './ring-text.ts'

export type RingFile = {
  readonly ring: RingText
  /** The key that was added and does not sign yet. */
  readonly added: string | undefined
  readonly changedAt: Date
}

/** @throws UserFacingError naming the file */
export function readRingFile(file: string): RingFile {
  let text: string
  let changedAt: Date
  try {
    text = readFileSync(file, 'utf8')
    changedAt = statSync(file).mtime
  } catch (error) {
    throw new UserFacingError(`The key ring ${file} cannot be read: ${messageOf(error)}`)
  }
  try {
    return { ring: readRing(text.replace(/\r?\n$/, '')), added: readIfThere(nextOf(file))?.trim(), changedAt }
  } catch (error) {
    throw new UserFacingError(`The key ring ${file} cannot be used: ${messageOf(error)}`)
  }
}

/**
 * Overwrites a ring in place: a file that is mounted into a container cannot be replaced by another of its name. The old ring
 * stays beside it as `.previous` until the new one is on the disk.
 *
 * @param added the key that does not sign yet, noted beside the ring
 */
export function writeRingFile(file: string, ring: RingText, added?: string): void {
  const text = writeRing(ring)
  // Throws for a ring that the services could not read.
  readRing(text)
  const before = readIfThere(file)
  const previous = `${file}.previous`
  if (before !== undefined) keep(previous, before)
  try {
    // The note comes first: without it the added key would count as one that has signed.
    if (added !== undefined) write(nextOf(file), 'w', `${added}\n`)
    write(file, 'w', `${text}\n`)
    if (readFileSync(file, 'utf8') !== `${text}\n`) throw new Error('its content is not what was written')
  } catch (error) {
    throw new UserFacingError(`${file} cannot be written: ${messageOf(error)}. Its old content is in ${previous}.`)
  }
  if (added === undefined) rmSync(nextOf(file), { force: true })
  rmSync(previous, { force: true })
}

const nextOf = (file: string): string => `${file}.next`

function keep(previous: string, text: string): void {
  try {
    write(previous, 'wx', text)
    syncDirectory(dirname(previous))
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const hint = isThere
      ? ' An earlier change was cut short: check which of the two files is complete, and remove this one.'
      : ''
    throw new UserFacingError(`${previous} cannot be written: ${messageOf(error)}.${hint}`)
  }
}

function write(file: string, flags: 'w' | 'wx', text: string): void {
  const descriptor = openSync(file, flags, 0o600)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A new name survives a power failure once its directory is on the disk. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
