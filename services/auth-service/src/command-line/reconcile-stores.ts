import { LONGEST_LIFE_SECONDS, type Reconciliation, reconcile } from '../reconciliation/reconcile.ts'
import { createRedisMemory } from '../reconciliation/redis-memory.ts'
import { createRedisClient } from '../redis/redis-client.ts'
import { CommandError } from './command-error.ts'
import { untilReady } from './remembered-users.ts'

type RedisOptions = {
  readonly urls: readonly string[]
  readonly keyPrefix: string
  readonly idleMs: number
  readonly maxAgeMs: number
}

/** @throws {CommandError} where Redis is not reached */
export async function reconcileStores(
  dependencies: Omit<Reconciliation, 'memory' | 'keyPrefix'>,
  { urls, ...options }: RedisOptions,
): Promise<void> {
  let fault: Error | undefined
  const redis = createRedisClient(urls, (error) => {
    fault = error
  })
  try {
    await untilReady(redis).catch((error: unknown) => {
      throw new CommandError(
        `Redis was not reached: ${fault?.message ?? (error instanceof Error ? error.message : 'unknown')}`,
      )
    })
    const { db } = dependencies
    const memory = createRedisMemory({ ...options, redis, db, longestLifeSeconds: LONGEST_LIFE_SECONDS })
    const isDone = await reconcile({ ...dependencies, memory, keyPrefix: options.keyPrefix })
    dependencies.note(
      isDone
        ? 'Postgres and Redis agree: the services serve again within seconds.'
        : 'Postgres is as new as Redis: there is nothing to reconcile.',
    )
  } finally {
    redis.disconnect()
  }
}
