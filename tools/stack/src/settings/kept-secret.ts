import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { UserFacingError } from '@latchkey/harness'

export type KeptSecret = { readonly file: string; readonly value: string }

/** 32 random bytes, base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** Reads a secret from its file (mode 0600); at the first run makes it. */
export function keptSecret(directory: string, name: string, make: () => string = randomSecret): KeptSecret {
  const file = join(directory, name)
  if (!existsSync(file)) writeSecret(file, make())
  const value = readFileSync(file, 'utf8').trim()
  if (value === '')
    throw new UserFacingError(`${file} is empty. Put the secret back, or remove the file to get a new one.`)
  return { file, value }
}

/** Writes a file that its owner alone can read. It holds the whole secret for good, or none: later runs depend on it. */
export function writeSecret(file: string, value: string): void {
  const unfinished = `${file}.new`
  rmSync(unfinished, { force: true })
  const descriptor = openSync(unfinished, 'wx', 0o600)
  writeSync(descriptor, `${value}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(unfinished, file)
}
