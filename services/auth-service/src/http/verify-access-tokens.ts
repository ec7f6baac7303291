import { resourceServer } from '@latchkey/resource-server'
import type { AppInstance } from '@latchkey/service-kit'
import type { ClientService } from '../clients/client-service.ts'
import type { Config } from '../config.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { KnownVersions } from '../revocations/known-versions.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { createBearerCheck } from './bearer-check.ts'
import { createFindBearer, createFindLiveBearer, type FindLiveBearer } from './live-bearer.ts'

type Dependencies = {
  readonly config: Pick<Config, 'tokens' | 'redis'>
  /** Beside the service's own: pages that may use its cookies. */
  readonly allowedOrigins: readonly string[]
  readonly keyPrefix: string
  readonly store: SessionStore
  readonly clients: ClientService
  readonly permissions: Permissions
  readonly versions: Pick<KnownVersions, 'raise'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Has the app verify access tokens as every service does, and then ask whether their bearer is still there, and what they may do today:
 * `app.authenticate`, `app.requireScope`, and `app.revocations`.
 */
export async function verifyAccessTokens(app: AppInstance, dependencies: Dependencies): Promise<FindLiveBearer> {
  const { config, allowedOrigins, keyPrefix, permissions, versions, now } = dependencies
  const { issuer, audience, accessKeys } = config.tokens
  const findBearer = createFindBearer(dependencies)
  app.decorateRequest('liveSession', null)
  app.decorateRequest('actorId', null)
  app.decorateRequest('heldScopes', null)
  await app.register(resourceServer, {
    keys: accessKeys.current,
    issuer,
    audience,
    allowedOrigins,
    now,
    // For revoked keys and narrowed roles; sessions and clients are looked up live.
    revocations: {
      redisUrl: config.redis.join(),
      prefix: keyPrefix,
      onRoleNarrowed: permissions.expect,
      onVersionRaised: versions.raise,
    },
    checks: [createBearerCheck(findBearer)],
  })
  return createFindLiveBearer(app.verifyAccessToken, findBearer)
}
