import { createDatabase, migrate } from '@latchkey/database'
import type { TestEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import { buildServices, type Services } from '../../../src/build-services.ts'
import type { Config } from '../../../src/config.ts'
import type { AuthDatabase, AuthSchema } from '../../../src/database/auth-database.ts'
import { migrations } from '../../../src/database/migrations/index.ts'
import { createRedisClient } from '../../../src/redis/redis-client.ts'
import { slowDown, slowPostgres } from './hesitation.ts'

type Scope = { teardown(handler: () => Promise<void>): unknown }
export type Replica = Services & { readonly db: AuthDatabase }

const NO_LIMIT = { failures: 1_000_000, seconds: 1 }

/** The services as the app has them, with connections of their own and without an HTTP edge. */
export async function startReplica(t: Scope, config: Config, environment: TestEnvironment): Promise<Replica> {
  const { schema, redisPrefix } = environment
  const database = createDatabase<AuthSchema>({ url: config.databaseUrl, schema, poolSize: 30 })
  const endsDatabase = createDatabase<AuthSchema>({ url: config.databaseUrl, schema, poolSize: 10 })
  await migrate({ db: database.db, migrations, schema })
  const db = database.db.withPlugin(slowPostgres)
  const redis = createRedisClient(config.redis, () => {})
  if (redis instanceof Redis) slowDown(redis)
  const services = buildServices(
    config,
    {
      schema,
      redisPrefix,
      // argon2id at its least, and sign-ins are many: neither is what is tested.
      passwordHashing: { memoryKiB: 1024, passes: 1 },
      signInLimits: { accountFromAddress: NO_LIMIT, account: NO_LIMIT, address: NO_LIMIT },
    },
    {
      db,
      endsDb: endsDatabase.db.withPlugin(slowPostgres),
      redis,
      isRevokedKey: () => false,
      log: { info: () => {}, warn: () => {} },
    },
  )
  t.teardown(async () => {
    redis.disconnect()
    await Promise.all([database.close(), endsDatabase.close(), services.close()])
  })
  services.gate.watch()
  await untilOpen(services.gate)
  return { ...services, db }
}

async function untilOpen(gate: Services['gate']): Promise<void> {
  for (;;) {
    try {
      return gate.assertOpen()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
