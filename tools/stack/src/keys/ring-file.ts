import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { StackError } from '../stack-error.ts'
import { type RingText, readRing, writeRing } from './ring-text.ts'

export type RingFile = {
  readonly ring: RingText
  /** The key that was added and waits for its turn to sign. */
  readonly added: string | undefined
  readonly changedAt: Date
}

/** @throws StackError naming the file */
export function readRingFile(file: string): RingFile {
  let text: string
  let changedAt: Date
  try {
    text = readFileSync(file, 'utf8')
    changedAt = statSync(file).mtime
  } catch (error) {
    throw new StackError(`The key ring ${file} cannot be read: ${messageOf(error)}`)
  }
  try {
    return { ring: readRing(text.replace(/\r?\n$/, '')), added: readIfThere(nextOf(file))?.trim(), changedAt }
  } catch (error) {
    throw new StackError(`The key ring ${file} cannot be used: ${messageOf(error)}`)
  }
}

/**
 * Writes a ring where the one before stands: in place, since a file that is mounted into a container is that one file and no
 * other of its name. What was there is beside it, as `.previous`, until the new ring is on the disk.
 *
 * @param added the key that waits for its turn, noted beside the ring
 */
export function writeRingFile(file: string, ring: RingText, added?: string): void {
  const text = writeRing(ring)
  // What the services could not read is not written.
  readRing(text)
  const before = readIfThere(file)
  const previous = `${file}.previous`
  if (before !== undefined) keep(previous, before)
  try {
    // The note comes first: without it the added key would be taken for one that has signed.
    if (added !== undefined) write(nextOf(file), 'w', `${added}\n`)
    write(file, 'w', `${text}\n`)
    if (readFileSync(file, 'utf8') !== `${text}\n`) throw new Error('it holds something else than was written')
  } catch (error) {
    throw new StackError(`${file} cannot be written: ${messageOf(error)}. What stood in it is in ${previous}.`)
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
      ? ' An earlier change was cut short: see which of the two files is whole, and remove this one.'
      : ''
    throw new StackError(`${previous} cannot be written: ${messageOf(error)}.${hint}`)
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

/** A name in a directory outlives a loss of power when the directory itself is on the disk. */
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
