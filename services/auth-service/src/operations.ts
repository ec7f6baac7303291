import type { SigningRing } from '@latchkey/access-token'
import type { RevocationFeed } from '@latchkey/resource-server'
import { type AppInstance, registerHealth, registerMetrics } from '@latchkey/service-kit'
import type { ClientsOfLeavers } from './clients/clients-of-leavers.ts'
import type { Mail } from './mail/create-mail.ts'
import type { Stores } from './stores.ts'

type Observed = Pick<Stores, 'database' | 'redis' | 'gate'> & {
  readonly revocations: RevocationFeed
  readonly mail: Mail
  readonly clientsOfLeavers: ClientsOfLeavers
  /** Of access tokens, as it is configured now. */
  readonly accessRing: () => SigningRing
  readonly isRevokedKey: (kid: string) => boolean
}

/** What operators see: health checks, and the metrics of the revocation feed, of mails and of service clients. */
export function registerOperations(app: AppInstance, observed: Observed): void {
  const { database, redis, gate, revocations, mail, clientsOfLeavers, accessRing, isRevokedKey } = observed
  registerMetrics(app.metrics.registry, [...revocations.metrics, ...mail.metrics, ...clientsOfLeavers.metrics])
  registerHealth(app, {
    checks: {
      postgres: database.ping,
      redis: async () => {
        await redis.ping()
        await gate.assertUpToDate()
      },
      revocations: revocations.healthCheck,
      keys: async () => (isRevokedKey(accessRing().signing.kid) ? 'degraded' : 'ok'),
    },
    timeoutMs: 1000,
  })
}
