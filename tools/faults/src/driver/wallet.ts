import type { HeldToken } from './api.ts'

/** How many tokens a client's disk is searched for. */
const KEPT = 12

type Past = { readonly held: HeldToken; deadFrom: number }

/**
 * What an honest client holds of its session, and what it held: copies of that are what thieves find.
 *
 * @param lateMs for so long after its successor was presented a token may still be a late duplicate
 */
export function createWallet(opened: HeldToken, lateMs: number) {
  let held = opened
  let past: Past[] = []
  let missed: HeldToken | undefined
  let isStolen = false
  return {
    get held(): HeldToken {
      return held
    },
    get isStolen(): boolean {
      return isStolen
    },
    markStolen(): void {
      isStolen = true
    },
    /** The answer with this token did not reach the client, but it was sent. */
    miss(token: HeldToken): void {
      missed = token
    },
    /** Goes on with the answer to what is held. */
    take(next: HeldToken, now: number): void {
      const last = past.at(-1)
      if (last) last.deadFrom = Math.min(last.deadFrom, now + lateMs)
      past = [...past, { held, deadFrom: Infinity }].slice(-KEPT)
      // Made void by what came in its place.
      if (missed && missed.generation < next.generation) past.splice(-1, 0, { held: missed, deadFrom: now })
      missed = undefined
      held = next
    },
    /** Tokens that no honest client can present any more, whatever got lost. */
    copies: (now: number): HeldToken[] => past.filter(({ deadFrom }) => deadFrom < now).map((entry) => entry.held),
  }
}

export type Wallet = ReturnType<typeof createWallet>
