import type { Limits } from './create-limits.ts'
import { type GuessCounter, inTable, type Pseudonym, toRateLimit } from './guess-counter.ts'

type Counted = { readonly current: number; readonly ttl: number }

/** What @fastify/rate-limit asks of a store. */
type Store = {
  incr(key: string, done: (error: Error | null, counted?: Counted) => void, windowMs: number, max: number): void
  child(options: object): Store
}

type FloodLimits = Pick<Limits, 'floods' | 'pseudonym'>
type Flood = { readonly groupId: string; readonly max: number; readonly timeWindow: number }

/** @param key of the network */
const counterOf = (pseudonym: Pseudonym, { groupId, max, timeWindow }: Flood, key: string): GuessCounter => ({
  ...inTable(`networks-${groupId}`, pseudonym(key)),
  limit: toRateLimit(groupId, { failures: max, seconds: timeWindow / 1000 }),
  isReset: false,
})

/** Takes back the last request that the store counted for a limit. */
export const giveBackFlood = ({ floods, pseudonym }: FloodLimits, flood: Flood, key: string): Promise<void> =>
  floods.giveBack([counterOf(pseudonym, flood, key)])

/**
 * The counters of flood limits, for all replicas together, in place of the plugin's own store, which makes a key for each
 * network. Here the networks of one limit share a table of bounded size, and a request beyond the limit counts nothing.
 * @returns a class, as the plugin wants one
 */
export function floodStore({ floods, pseudonym }: FloodLimits): new (options: object) => Store {
  return class FloodStore implements Store {
    /** The plugin's name for limits that several routes share. */
    readonly #name: string

    constructor(options: { readonly groupId?: string }) {
      this.#name = options.groupId ?? 'all'
    }

    incr(key: string, done: (error: Error | null, counted?: Counted) => void, windowMs: number, max: number): void {
      const counter = counterOf(pseudonym, { groupId: this.#name, max, timeWindow: windowMs }, key)
      floods.tryCount([counter]).then(
        (waitMs) => done(null, waitMs > 0 ? { current: max + 1, ttl: waitMs } : { current: 1, ttl: windowMs }),
        (error) => done(error),
      )
    }

    child(options: object): Store {
      return new FloodStore(options)
    }
  }
}
