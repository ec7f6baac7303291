import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TokenStore, Tokens } from '@latchkey/client'

/**
 * Keeps tokens in a file that its owner alone reads: the refresh token is worth a sign-in. Several programs may share it: a file is
 * replaced as a whole, so a program that reads at that moment finds the old tokens or the new ones.
 */
export function createTokenFile(file: string): TokenStore {
  return {
    async read() {
      try {
        return JSON.parse(await readFile(file, 'utf8')) as Tokens
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    async write(tokens) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const draft = `${file}.${process.pid}`
      await writeFile(draft, JSON.stringify(tokens), { mode: 0o600 })
      await rename(draft, file)
    },
  }
}
