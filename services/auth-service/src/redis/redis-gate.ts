import { setTimeout as sleep } from 'node:timers/promises'
import { unavailable } from '@latchkey/problems'
import type { RedisClient } from './redis-client.ts'

/** Brings Redis up to date. `assertSame` throws when the connection has been lost since. */
export type Recover = (assertSame: () => void) => Promise<void>

export type RedisGate = {
  /** @throws `unavailable` while Redis is away, or back and not known to be as new as it was */
  assertOpen(): void
  /** Opens the gate once `recover` has succeeded, now and over each new connection. Resolves when the gate first opens. */
  watch(recover: Recover): Promise<void>
}

const RETRY_MS = 250

/**
 * Every new connection may lead to a Redis that has lost writes. The gate is shut until it is watched, and then from the
 * loss of a connection until `recover` has succeeded over the next. Failures of `recover` go to `onFailure`; it runs again.
 */
export function createRedisGate(redis: RedisClient, onFailure: (error: unknown) => void): RedisGate {
  let isOpen = false
  let connection = 0

  async function reopen(recover: Recover): Promise<void> {
    isOpen = false
    const mine = ++connection
    while (mine === connection && redis.status === 'ready') {
      try {
        await recover(() => {
          if (mine !== connection) throw new Error('the connection to Redis was lost')
        })
        if (mine === connection) isOpen = true
        return
      } catch (error) {
        onFailure(error)
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
  }

  return {
    assertOpen() {
      if (!isOpen) throw unavailable(new Error('Redis is away, or not yet brought up to date'))
    },
    watch(recover) {
      const { promise: opened, resolve } = Promise.withResolvers<void>()
      const onReady = async (): Promise<void> => {
        await reopen(recover)
        if (isOpen) resolve()
      }
      redis.on('ready', () => void onReady())
      redis.on('close', () => {
        isOpen = false
        connection++
      })
      // A cluster changes its nodes under a connection that lasts.
      redis.on('+node', () => void onReady())
      redis.on('-node', () => void onReady())
      if (redis.status === 'ready') void onReady()
      return opened
    },
  }
}

/** The same operations behind the gate: each rejects with `unavailable` while it is shut. */
export function gated<Operations extends Record<string, (...args: never[]) => Promise<unknown>>>(
  operations: Operations,
  { assertOpen }: Pick<RedisGate, 'assertOpen'>,
): Operations {
  const behind = Object.entries(operations).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      assertOpen()
      return run(...args)
    },
  ])
  // Made member by member from the operations, hence of their type.
  return Object.fromEntries(behind) as Operations
}
