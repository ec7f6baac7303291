import type { Limits } from './create-limits.ts'
import { type GuessCounter, inTable, type Pseudonym, toRateLimit } from './guess-counter.ts'

type Counted = { readonly current: number; readonly ttl: number }

/** What @fastify/rate-limit asks of a store. */
type Store = {
  incr(key: string, done: (error: Error | null, counted?: Counted) => void, windowMs: number, max: number): void
  child(options: object): Store
}

/** What counts the requests of networks. */
export type FloodLimits = Pick<Limits, 'floods' | 'reachedFloods' | 'pseudonym'>
type Flood = { readonly groupId: string; readonly max: number; readonly timeWindow: number }

/** @param key of the network */
const counterOf = (pseudonym: Pseudonym, { groupId, max, timeWindow }: Flood, key: string): GuessCounter => ({
  ...inTable(`networks-${groupId}`, pseudonym(key)),
  limit: toRateLimit(groupId, { failures: max, seconds: timeWindow / 1000 }),
  isReset: false,
})

/** A counter in the memory of this process. */
const nameOf = (groupId: string, key: string): string => `${groupId} ${key}`

/** Takes back the last request that the store counted for a limit. */
export async function giveBackFlood(limits: FloodLimits, flood: Flood, key: string): Promise<void> {
  const { floods, reachedFloods, pseudonym } = limits
  await floods.giveBack([counterOf(pseudonym, flood, key)])
  reachedFloods.forget(nameOf(flood.groupId, key))
}

/**
 * The counters of flood limits, for all replicas together, in place of the plugin's own store, which makes a key for each
 * network. Here the networks of one limit share a table of bounded size, and a request beyond the limit counts nothing: the next ones
 * of its network are refused without a question to Redis.
 * @returns a class, as the plugin wants one
 */
export function floodStore({ floods, reachedFloods, pseudonym }: FloodLimits): new (options: object) => Store {
  return class FloodStore implements Store {
    /** The plugin's name for limits that several routes share. */
    readonly #name: string

    constructor(options: { readonly groupId?: string }) {
      this.#name = options.groupId ?? 'all'
    }

    incr(key: string, done: (error: Error | null, counted?: Counted) => void, windowMs: number, max: number): void {
      const name = nameOf(this.#name, key)
      const refuse = (ttl: number): void => done(null, { current: max + 1, ttl })
      const knownMs = reachedFloods.waitMs(name)
      if (knownMs > 0) {
        refuse(knownMs)
        return
      }
      const counter = counterOf(pseudonym, { groupId: this.#name, max, timeWindow: windowMs }, key)
      floods.tryCount([counter]).then(
        (waitMs) => {
          if (waitMs === 0) {
            done(null, { current: 1, ttl: windowMs })
            return
          }
          reachedFloods.remember(name, waitMs)
          refuse(waitMs)
        },
        (error) => done(error),
      )
    }

    child(options: object): Store {
      return new FloodStore(options)
    }
  }
}
