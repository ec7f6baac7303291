import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDirectory } from './data-directory.ts'
import { keptSecret, randomSecret, writeSecret } from './kept-secret.ts'

/** By value, or by the file that holds it. */
export type SecretSetting = { readonly value: string } | { readonly file: string }

/** Secrets that the environment does not set. */
export type SecretSource = {
  /** The same at every run; made at the first. */
  kept(name: string, make?: () => string): SecretSetting
  /** Written at every run. */
  ofThisRun(name: string, value: string): SecretSetting
  /** Removes one that was written at this run. */
  remove(name: string): void
}

/** Files of the data directory. */
export function secretFiles({ secrets, run }: Pick<DataDirectory, 'secrets' | 'run'>): SecretSource {
  return {
    kept: (name, make) => ({ file: keptSecret(secrets, name, make).file }),
    ofThisRun(name, value) {
      const file = join(run, name)
      writeSecret(file, value)
      return { file }
    },
    remove: (name) => rmSync(join(run, name), { force: true }),
  }
}

/** What settings can be checked with before anything is written: files that are there, and values for the others. */
export function secretPreview(secrets: string | undefined): SecretSource {
  return {
    kept(name, make = randomSecret) {
      const file = secrets === undefined ? undefined : join(secrets, name)
      return file !== undefined && existsSync(file) ? { file } : { value: make() }
    },
    ofThisRun: (_name, value) => ({ value }),
    remove: () => {},
  }
}
