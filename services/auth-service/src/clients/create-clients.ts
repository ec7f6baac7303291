import type { SigningRing } from '@latchkey/access-token'
import type { AuditTrail } from '../audit/create-audit.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RecordEnvelopes } from '../keys/record-envelopes.ts'
import type { Limits } from '../limits/create-limits.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import type { KnownVersions } from '../revocations/known-versions.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { type ClientAdministration, createClientAdministration } from './client-administration.ts'
import { createClientAuthorities } from './client-authority.ts'
import { type ClientConfiguration, createClientConfiguration } from './client-configuration.ts'
import {
  type ClientGuessLimits,
  createClientGuessLimiter,
  DEFAULT_CLIENT_GUESS_LIMITS,
} from './client-guess-limiter.ts'
import { createClientRecovery } from './client-recovery.ts'
import { createClientSecretKeys, type LoadSecretKeys } from './client-secret-keys.ts'
import { createClientSecrets } from './client-secrets.ts'
import { type ClientService, createClientService } from './client-service.ts'
import { type ClientsOfLeavers, createClientsOfLeavers } from './clients-of-leavers.ts'
import { createRedisClientCache } from './redis-client-cache.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly limits: Pick<Limits, 'clientSecrets' | 'pseudonym'>
  readonly envelopes: RecordEnvelopes
  readonly versions: KnownVersions
  readonly publisher: RevocationPublisher
  readonly permissions: Permissions
  /** A ring that this service alone has: verifiers cannot decrypt what is under it. */
  readonly ring: () => SigningRing
  /** The clients that the settings name. */
  readonly serviceClients: readonly { readonly clientId: string }[]
  /** The production limits unless given. */
  readonly clientGuessLimits?: ClientGuessLimits | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type Clients = {
  readonly clients: ClientService
  readonly clientAdministration: ClientAdministration
  readonly clientConfiguration: ClientConfiguration
  readonly clientsOfLeavers: ClientsOfLeavers
  readonly loadSecretKeys: LoadSecretKeys
  /** Brings Redis and verifiers up to date with what was revoked since. */
  readonly recoverClients: (since: Date) => Promise<void>
}

export function createClients(dependencies: Dependencies): Clients {
  const {
    db,
    writeAs,
    audit,
    redis,
    keyPrefix,
    envelopes,
    versions,
    deadline,
    publisher,
    permissions,
    ring,
    limits,
    serviceClients,
    clientGuessLimits = DEFAULT_CLIENT_GUESS_LIMITS,
    now,
  } = dependencies
  const cache = createRedisClientCache({ redis, keyPrefix, deadline, envelopes, versions, now })
  const authorities = createClientAuthorities({ db, cache })
  const limiter = createClientGuessLimiter({
    limiter: limits.clientSecrets,
    pseudonym: limits.pseudonym,
    limits: clientGuessLimits,
  })
  const secrets = createClientSecrets()
  const loadSecretKeys = createClientSecretKeys({ db, ring })
  return {
    clients: createClientService({ db, audit, authorities, cache, publisher, limiter, secrets, loadSecretKeys }),
    clientAdministration: createClientAdministration({
      db,
      writeAs,
      authorities,
      cache,
      publisher,
      secrets,
      loadSecretKeys,
      permissions,
      configuredIds: new Set(serviceClients.map(({ clientId }) => clientId)),
    }),
    clientConfiguration: createClientConfiguration({
      db,
      writeAs,
      authorities,
      publisher,
      secrets,
      loadSecretKeys,
      permissions,
    }),
    clientsOfLeavers: createClientsOfLeavers(db),
    loadSecretKeys,
    recoverClients: createClientRecovery({ db, authorities, cache, publisher, now: Date.now }),
  }
}
