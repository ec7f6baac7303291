import type { RelayedChunk } from '@latchkey/test-kit'

export type Hold = {
  /** Resolves to the bytes that are held. */
  readonly caught: Promise<Buffer>
  /** Passes them on. */
  release(): void
}

/** Holds single chunks that pass a relay. */
export function createHolds() {
  const wanted = new Set<{ text: string; caught: (bytes: Buffer) => void; released: Promise<void> }>()
  return {
    onChunk({ bytes }: RelayedChunk): Promise<void> | undefined {
      for (const hold of wanted) {
        if (!bytes.includes(hold.text)) continue
        wanted.delete(hold)
        hold.caught(bytes)
        return hold.released
      }
      return undefined
    },
    hold(text: string): Hold {
      const caught = Promise.withResolvers<Buffer>()
      const released = Promise.withResolvers<void>()
      wanted.add({ text, caught: caught.resolve, released: released.promise })
      return { caught: caught.promise, release: released.resolve }
    },
  }
}
