import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Algorithm } from '@latchkey/access-token'
import { sleep } from '@latchkey/harness'
import { createEntry, type RingText, writeRing } from '@latchkey/stack'

/** One ring in several files, as on several machines: a change reaches them one after another. */
export type RingFiles = {
  readonly files: readonly string[]
  readonly signingKid: string
  /** The next key signs, one more is added for later, the oldest is dropped. Resolves when every file has changed. */
  change(): Promise<void>
}

export type RingFilesOptions = {
  readonly directory: string
  readonly algorithm: Algorithm
  readonly count: number
  /** For how many changes a key is in the ring before it signs. */
  readonly lead: number
  /** How many keys that no longer sign stay in the ring. */
  readonly kept: number
}

/** Longest time between the changes of the first and the last file. */
const SPREAD_MS = 800

export function createRingFiles({ directory, algorithm, count, lead, kept }: RingFilesOptions): RingFiles {
  let made = 0
  const make = () => createEntry(algorithm, `${algorithm.toLowerCase()}-${++made}`)
  let past: RingText['entries'] = []
  let signing = make()
  let coming: RingText['entries'] = Array.from({ length: lead }, make)
  const files = Array.from({ length: count }, (_, n) => join(directory, `ring-${algorithm}-${n}`))
  const text = (): string => writeRing({ algorithm, entries: [signing, ...coming, ...past] })
  for (const file of files) writeFileSync(file, text())

  return {
    files,
    get signingKid() {
      return signing.kid
    },
    async change() {
      const [next, ...later] = coming
      if (next === undefined) throw new Error('the ring has no next key')
      past = [signing, ...past].slice(0, kept)
      signing = next
      coming = [...later, make()]
      const changed = text()
      await Promise.all(
        files.map(async (file) => {
          await sleep(Math.random() * SPREAD_MS)
          writeFileSync(file, changed)
        }),
      )
    },
  }
}
