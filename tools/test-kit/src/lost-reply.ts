/** By default the first chunk that the server sends from now on. */
export type WhichReply = {
  /** Counts chunks from 1. */
  readonly number?: number
  /** Counts only chunks on connections on which a request with this text was sent. */
  readonly to?: string
}

export type LostReply = {
  /** Resolves when the reply was lost. */
  readonly lost: Promise<void>
  wasLost(): boolean
  /** Loses nothing any more. */
  cancel(): void
}

type Wanted = { left: number; readonly to: string | undefined; lose(): void }

/** Finds the reply to lose among all that passes a relay; one at a time. */
export function createLostReplies() {
  let wanted: Wanted | undefined
  return {
    lose({ number = 1, to }: WhichReply = {}): LostReply {
      const { promise, resolve } = Promise.withResolvers<void>()
      let wasLost = false
      const own: Wanted = {
        left: number,
        to,
        lose() {
          wasLost = true
          resolve()
        },
      }
      wanted = own
      return {
        lost: promise,
        wasLost: () => wasLost,
        cancel() {
          if (wanted === own) wanted = undefined
        },
      }
    },

    /** Whether a chunk of this connection is the one to lose; must see all of them. */
    ofConnection() {
      let asked: Wanted | undefined
      return (from: 'client' | 'server', bytes: Buffer): boolean => {
        if (wanted === undefined) return false
        if (from === 'client') {
          if (wanted.to !== undefined && bytes.includes(wanted.to)) asked = wanted
          return false
        }
        if (wanted.to !== undefined && asked !== wanted) return false
        wanted.left--
        if (wanted.left > 0) return false
        wanted.lose()
        wanted = undefined
        return true
      }
    },
  }
}
