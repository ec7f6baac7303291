import type { HeldToken } from './api.ts'

/** How many earlier tokens stay on a client's disk. */
const KEPT = 12

type Earlier = { readonly held: HeldToken; deadFrom: number }

/**
 * The tokens of a client's session: the current one, and the earlier ones that a thief may copy.
 *
 * @param lateMs for how long after its successor was presented a token may still be a late duplicate
 */
export function createTokenStore(opened: HeldToken, lateMs: number) {
  let held = opened
  let earlier: Earlier[] = []
  let lost: HeldToken | undefined
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
    /** The response with this token was sent but did not reach the client. */
    addLost(token: HeldToken): void {
      lost = token
    },
    /** Makes the token from the response the current one. */
    replace(next: HeldToken, now: number): void {
      const last = earlier.at(-1)
      if (last) last.deadFrom = Math.min(last.deadFrom, now + lateMs)
      earlier = [...earlier, { held, deadFrom: Infinity }].slice(-KEPT)
      // The lost token is void: another one was issued in its place.
      if (lost && lost.generation < next.generation) earlier.splice(-1, 0, { held: lost, deadFrom: now })
      lost = undefined
      held = next
    },
    /** Tokens that no honest client can present any more, whichever responses were lost. */
    copies: (now: number): HeldToken[] => earlier.filter(({ deadFrom }) => deadFrom < now).map((entry) => entry.held),
  }
}

export type TokenStore = ReturnType<typeof createTokenStore>
