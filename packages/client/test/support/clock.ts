/** A monotonic clock that a test moves forward, as when a page sleeps or its timers are late. */
export function createClock(): { now: () => number; advance(ms: number): void } {
  let aheadMs = 0
  return {
    now: () => performance.now() + aheadMs,
    advance(ms) {
      aheadMs += ms
    },
  }
}
