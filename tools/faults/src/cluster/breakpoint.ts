import type { RelayedChunk } from '@latchkey/test-kit'

type Condition = (chunk: RelayedChunk) => boolean
type Action = (chunk: RelayedChunk) => Promise<void>

/** A point in the traffic of several relays at which something is done. One at a time. */
export type Breakpoints = {
  /** For the relays. */
  onChunk(chunk: RelayedChunk): Promise<void> | undefined
  /**
   * Holds the first chunk that meets the condition until the action is done, then passes it on. The condition sees every
   * chunk in order, so it may count.
   */
  set(condition: Condition, action: Action): Breakpoint
}

export type Breakpoint = {
  /** Resolves to whether it was hit, when the action is done or the breakpoint was cleared. */
  readonly hit: Promise<boolean>
  clear(): void
}

export function createBreakpoints(): Breakpoints {
  let current: { condition: Condition; act: Action } | undefined
  return {
    onChunk(chunk) {
      if (current === undefined || !current.condition(chunk)) return undefined
      const { act } = current
      current = undefined
      return act(chunk)
    },
    set(condition, action) {
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      promise.catch(() => {})
      const own = {
        condition,
        act: (chunk: RelayedChunk) => action(chunk).then(() => resolve(true), reject),
      }
      current = own
      return {
        hit: promise,
        clear() {
          if (current !== own) return
          current = undefined
          resolve(false)
        },
      }
    },
  }
}
