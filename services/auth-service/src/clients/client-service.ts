import type { AccessTokenClaims } from '@latchkey/access-token'
import type { Origin } from '../audit/audit-event.ts'
import { clientAuthenticationFailed } from '../audit/client-events.ts'
import type { AuditTrail } from '../audit/create-audit.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { ClientAuthorities } from './client-authority.ts'
import type { ClientGuessLimiter } from './client-guess-limiter.ts'
import { findCredentials, recordUse } from './client-repository.ts'
import type { SecretKeys } from './client-secret-keys.ts'
import type { ClientSecrets } from './client-secrets.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { insertRevokedToken } from './revoked-token-repository.ts'
import { CLIENT_ID, type ClientAuthority } from './service-client.ts'

/** What service clients and their tokens are worth. */
export type ClientService = Pick<ClientAuthorities, 'liveScopes'> & {
  /**
   * What the client may do that the secret belongs to; undefined for an unknown client and a wrong secret alike. Only wrong secrets are
   * limited: a right one is good however many were guessed. A token that is issued by it is void once the client has lost a scope, also between this call and
   * the token's issue: it carries the version that was read here.
   * @throws `too_many_requests`
   */
  authenticate(credentials: { clientId: string; secret: string }, origin: Origin): Promise<ClientAuthority | undefined>
  /** Revokes one access token of a client, everywhere. */
  revokeToken(claims: AccessTokenClaims): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly authorities: ClientAuthorities
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  readonly limiter: ClientGuessLimiter
  readonly secrets: ClientSecrets
  readonly loadSecretKeys: () => Promise<SecretKeys>
}

/** How long after its expiry a verifier may still accept a token. */
const CLOCK_SLACK_SECONDS = 60

export function createClientService(dependencies: Dependencies): ClientService {
  const { db, audit, authorities, cache, publisher, limiter, secrets, loadSecretKeys } = dependencies

  async function findBySecret(
    clientId: string,
    secret: string,
  ): Promise<{ isKnown: boolean; authority?: ClientAuthority }> {
    const keys = await loadSecretKeys()
    const credentials = CLIENT_ID.test(clientId) ? await findCredentials(db, clientId) : undefined
    // Also where there is no client, so that it takes as long.
    const matches = secrets.matches(secret, credentials?.secrets ?? [], keys)
    if (!matches || !credentials) return { isKnown: credentials !== undefined }
    const { scopes, version, usedRecently } = credentials
    if (!usedRecently) await recordUse(db, clientId)
    return { isKnown: true, authority: { scopes, version } }
  }

  return {
    liveScopes: authorities.liveScopes,

    async authenticate({ clientId, secret }, origin) {
      const { isKnown, authority } = await findBySecret(clientId, secret)
      if (authority) return authority
      await limiter.failed({ clientId, address: origin.ip })
      audit.refuse(origin, clientAuthenticationFailed(isKnown ? clientId : null))
      return undefined
    },

    async revokeToken({ jti, exp }) {
      if (await cache.isRevoked(jti)) return
      const expiresAt = new Date((exp + CLOCK_SLACK_SECONDS) * 1000)
      await insertRevokedToken(db, jti, expiresAt)
      await publisher.publish([{ kind: 'token', id: jti }])
      await cache.revokeToken(jti, expiresAt)
    },
  }
}

/** Whether an access token was issued to a service client rather than to a person. */
export const isClientToken = ({ sid, sub, client_id }: AccessTokenClaims): boolean =>
  sid === undefined && sub === client_id
