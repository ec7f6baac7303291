import { setTimeout as sleep } from 'node:timers/promises'
import { unavailable } from '@latchkey/problems'
import type { RedisClient } from './redis-script.ts'

export type RedisGate = {
  /** Throws 503 while Redis is away, or back and not known to be as new as it was. */
  assertOpen(): void
  /** Begins to watch; call it once what `recover` needs is there. */
  watch(): void
}

const RETRY_MS = 250

/**
 * Every new connection may lead to a Redis that has lost writes. The gate is shut from the loss of one until `recover` has
 * succeeded over the next.
 */
export function createRedisGate(
  redis: RedisClient,
  recover: (assertSame: () => void) => Promise<void>,
  onFailure: (error: unknown) => void,
): RedisGate {
  let isOpen = false
  let connection = 0

  async function reopen(): Promise<void> {
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
    watch() {
      redis.on('ready', reopen)
      redis.on('close', () => {
        isOpen = false
        connection++
      })
      // A cluster changes its nodes under a connection that lasts.
      redis.on('+node', reopen)
      redis.on('-node', reopen)
      if (redis.status === 'ready') void reopen()
    },
  }
}
