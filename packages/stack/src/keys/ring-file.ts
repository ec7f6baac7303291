import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { StackError } from '../stack-error.ts'
import { type RingText, readRing, writeRing } from './ring-text.ts'

/** @throws StackError naming the file */
export function readRingFile(file: string): { ring: RingText; changedAt: Date } {
  let text: string
  let changedAt: Date
  try {
    text = readFileSync(file, 'utf8')
    changedAt = statSync(file).mtime
  } catch (error) {
    throw new StackError(`The key ring ${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    return { ring: readRing(text.replace(/\r?\n$/, '')), changedAt }
  } catch (error) {
    throw new StackError(`The key ring ${file} cannot be used: ${(error as Error).message}`)
  }
}

/**
 * Writes a ring where the one before stands: in place, since a file that is mounted into a container is that one file and no
 * other of its name. What was there is beside it until the new ring is on the disk.
 */
export function writeRingFile(file: string, ring: RingText): void {
  const previous = `${file}.previous`
  if (existsSync(file)) write(previous, 'wx', readFileSync(file))
  write(file, 'w', Buffer.from(`${writeRing(ring)}\n`))
  rmSync(previous, { force: true })
}

function write(file: string, flags: 'w' | 'wx', content: Buffer): void {
  try {
    const descriptor = openSync(file, flags, 0o600)
    writeSync(descriptor, content)
    fsyncSync(descriptor)
    closeSync(descriptor)
  } catch (error) {
    const hint = flags === 'wx' ? ' An earlier change was cut short: see which of the two files is whole.' : ''
    throw new StackError(`${file} cannot be written: ${(error as Error).message}.${hint}`)
  }
}
