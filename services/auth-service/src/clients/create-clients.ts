import type { SigningRing } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { type ClientAuthentication, createClientAuthentication } from './client-authentication.ts'
import { type ClientConfiguration, createClientConfiguration } from './client-configuration.ts'
import {
  type ClientGuessLimits,
  createClientGuessLimiter,
  DEFAULT_CLIENT_GUESS_LIMITS,
} from './client-guess-limiter.ts'
import { createClientRecovery } from './client-recovery.ts'
import { createClientSecretKeys, type OpenClientSecretKeys } from './client-secret-keys.ts'
import { type ClientService, createClientService } from './client-service.ts'
import { createRedisClientCache } from './redis-client-cache.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly publisher: RevocationPublisher
  /** A ring that this service alone has: verifiers cannot decrypt what is under it. */
  readonly ring: () => SigningRing
  readonly guessLimits?: ClientGuessLimits | undefined
}

export type Clients = {
  readonly clients: ClientService
  readonly clientAuthentication: ClientAuthentication
  readonly clientConfiguration: ClientConfiguration
  readonly clientSecretKeys: OpenClientSecretKeys
  /** Brings Redis and verifiers up to date with what was revoked since. Epoch milliseconds. */
  readonly recoverClients: (since: number) => Promise<void>
}

export function createClients({ db, redis, keyPrefix, publisher, ring, guessLimits }: Dependencies): Clients {
  const cache = createRedisClientCache(redis, keyPrefix)
  const limiter = createClientGuessLimiter(redis, keyPrefix, guessLimits ?? DEFAULT_CLIENT_GUESS_LIMITS)
  const clientSecretKeys = createClientSecretKeys({ db, ring })
  const clients = createClientService({ db, cache, publisher, secretKeys: clientSecretKeys })
  return {
    clients,
    clientAuthentication: createClientAuthentication(clients, limiter),
    clientConfiguration: createClientConfiguration({ db, cache, secretKeys: clientSecretKeys }),
    clientSecretKeys,
    recoverClients: createClientRecovery({ db, cache, publisher, now: Date.now }),
  }
}
