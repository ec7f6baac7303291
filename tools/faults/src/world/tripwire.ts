/** A piece of a conversation on its way through a relay. */
export type Passing = {
  /** Which relay it passes. */
  readonly relay: string
  /** Tells the connections of all relays apart. */
  readonly connection: number
  readonly from: 'client' | 'server'
  readonly bytes: Buffer
}

/** Looks at everything that passes, and may hold it up. */
export type Wire = {
  /** What is returned is waited for before the piece goes on. */
  pass(passing: Passing): Promise<void> | undefined
}

export type Tripwire = Wire & {
  /**
   * Waits for the first piece that meets the condition, holds it up until `act` is done, and lets it go on then. The condition
   * sees every piece in its order, so that it can count.
   */
  arm(condition: (passing: Passing) => boolean, act: (passing: Passing) => Promise<void>): Armed
}

export type Armed = {
  /** Resolves to whether it was tripped, when `act` is done or the wire was disarmed. */
  readonly tripped: Promise<boolean>
  disarm(): void
}

export function createTripwire(): Tripwire {
  let armed: { condition: (passing: Passing) => boolean; trip: (passing: Passing) => Promise<void> } | undefined
  return {
    pass(passing) {
      if (armed === undefined || !armed.condition(passing)) return undefined
      const { trip } = armed
      armed = undefined
      return trip(passing)
    },
    arm(condition, act) {
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      promise.catch(() => {})
      const own = {
        condition,
        trip: (passing: Passing) => act(passing).then(() => resolve(true), reject),
      }
      armed = own
      return {
        tripped: promise,
        disarm() {
          if (armed !== own) return
          armed = undefined
          resolve(false)
        },
      }
    },
  }
}
