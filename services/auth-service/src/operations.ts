import type { SigningRing } from '@latchkey/access-token'
import type { Metric } from '@latchkey/problems'
import type { RevocationFeed } from '@latchkey/resource-server'
import { type AppInstance, registerHealth, registerMetrics } from '@latchkey/service-kit'
import type { ClientsOfLeavers } from './clients/clients-of-leavers.ts'
import type { Mail } from './mail/create-mail.ts'
import type { RollbackGuard } from './reconciliation/rollback-guard.ts'
import { readMemoryUse, SHORT_OF_MEMORY } from './redis/redis-memory.ts'
import type { Stores } from './stores.ts'

type Observed = Pick<Stores, 'database' | 'redis' | 'gate'> & {
  readonly guard: RollbackGuard
  readonly revocations: RevocationFeed
  readonly mail: Mail
  readonly clientsOfLeavers: ClientsOfLeavers
  /** Of access tokens, as it is configured now. */
  readonly accessRing: () => SigningRing
  readonly isRevokedKey: (kid: string) => boolean
}

/** What operators see: health checks, and the metrics of the revocation feed, of mails and of service clients. */
export function registerOperations(app: AppInstance, observed: Observed): void {
  const { database, redis, gate, guard, revocations, mail, clientsOfLeavers, accessRing, isRevokedKey } = observed
  let memoryUse = 0
  const memory: Metric = {
    name: 'latchkey_redis_memory_use',
    help: 'Part of maxmemory that Redis uses, by its fullest node, when readiness was last asked for; 0 where nothing limits it',
    type: 'gauge',
    read: () => memoryUse,
  }
  const metrics = [memory, ...revocations.metrics, ...mail.metrics, ...clientsOfLeavers.metrics]
  registerMetrics(app.metrics.registry, metrics)
  registerHealth(app, {
    checks: {
      postgres: database.ping,
      redis: async () => {
        await redis.ping()
        memoryUse = await readMemoryUse(redis)
        await gate.assertUpToDate()
        return memoryUse >= SHORT_OF_MEMORY ? 'degraded' : 'ok'
      },
      // Not ready while Postgres has to be reconciled with Redis.
      reconciliation: async () => guard.assertCurrent(),
      revocations: revocations.healthCheck,
      keys: async () => (isRevokedKey(accessRing().signing.kid) ? 'degraded' : 'ok'),
    },
    timeoutMs: 1000,
  })
}
