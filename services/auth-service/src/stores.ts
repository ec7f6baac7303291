import type { Database, PreparedDatabase } from '@latchkey/database'
import type { AppInstance } from '@latchkey/service-kit'
import type { Config } from './config.ts'
import type { AuthSchema } from './database/auth-database.ts'
import { openDatabase } from './database/open-database.ts'
import { createRedisClient, type RedisClient } from './redis/redis-client.ts'
import { createRedisDeadline, type RedisDeadline } from './redis/redis-deadline.ts'
import { createRedisGate, type RedisGate } from './redis/redis-gate.ts'

export type Stores = {
  readonly database: Database<AuthSchema>
  /** The same Postgres on connections of its own, for revocations: a sign-in waits for some while it holds one of the others. */
  readonly revocationDatabase: Database<AuthSchema>
  readonly redis: RedisClient
  readonly deadline: RedisDeadline
  readonly gate: RedisGate
}

/** Postgres and Redis. Closing the app closes their connections. */
export function openStores(
  app: AppInstance,
  { redis: urls }: Pick<Config, 'redis'>,
  { connection, keyPrefix }: { readonly connection: PreparedDatabase['connection']; readonly keyPrefix: string },
): Stores {
  const { log } = app
  function openPool(poolSize: number): Database<AuthSchema> {
    const onError = (err: Error): void => log.warn({ err }, 'an idle Postgres connection was lost')
    const database = openDatabase({ ...connection, poolSize, onError })
    app.addHook('onClose', () => database.close())
    return database
  }
  const database = openPool(10)
  const revocationDatabase = openPool(4)
  const redis = createRedisClient(urls, (err) => log.warn({ err }, 'Redis connection'))
  app.addHook('onClose', async () => redis.disconnect())
  const onFailure = (err: unknown): void => log.warn({ err }, 'Redis could not be brought up to date yet')
  const gate = createRedisGate({ redis, keyPrefix, onFailure })
  return { database, revocationDatabase, redis, deadline: createRedisDeadline(redis), gate }
}
