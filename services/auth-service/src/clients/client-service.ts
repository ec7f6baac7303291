import type { AccessTokenClaims } from '@latchkey/access-token'
import { assertHolds, type Caller } from '../accounts/account-bound.ts'
import type { Origin } from '../audit/audit-event.ts'
import {
  clientAuthenticationFailed,
  clientCreated,
  clientDeleted,
  clientSecretCreated,
} from '../audit/client-events.ts'
import type { AuditTrail } from '../audit/create-audit.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { withdrawLinksBy } from '../links/link-repository.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { ClientGuessLimiter } from './client-guess-limiter.ts'
import {
  deleteClient,
  findCredentials,
  findScopes,
  insertClient,
  listClients,
  lockClient,
  recordUse,
  wasDeleted,
} from './client-repository.ts'
import { newClientSecret } from './client-secret.ts'
import type { SecretKeys } from './client-secret-keys.ts'
import type { ClientSecrets } from './client-secrets.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { insertRevokedToken } from './revoked-token-repository.ts'
import { CLIENT_ID, type ServiceClient } from './service-client.ts'

export type IssuedSecret = { readonly id: string; readonly clientSecret: string }

export type ClientService = {
  /** In the order of ids, from those after `afterId`; one more than `limit` where there are more. */
  list(limit: number, afterId: string | undefined): Promise<ServiceClient[]>
  /** @throws `client_exists`, `exceeds_own_scopes` */
  create(clientId: string, scopes: string[], caller: Caller): Promise<IssuedSecret>
  /** Of more than two secrets the oldest is retired. @throws `client_not_found`, `exceeds_own_scopes` */
  addSecret(clientId: string, caller: Caller): Promise<IssuedSecret>
  /** Its tokens are revoked with it. @throws `client_not_found` */
  remove(clientId: string, origin: Origin): Promise<void>
  /**
   * Scopes of the client that the secret belongs to; undefined for an unknown client and a wrong secret alike. Only failures
   * count against the limit of guesses.
   * @throws `too_many_requests`
   */
  authenticate(credentials: { clientId: string; secret: string }, origin: Origin): Promise<string[] | undefined>
  /** Scopes that a token of a client has now; undefined when the client or the token is gone. */
  liveScopes(claims: AccessTokenClaims): Promise<string[] | undefined>
  /** Revokes one access token of a client, everywhere. */
  revokeToken(claims: AccessTokenClaims): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  readonly limiter: ClientGuessLimiter
  readonly secrets: ClientSecrets
  readonly loadSecretKeys: () => Promise<SecretKeys>
}

/** How long after its expiry a verifier may still accept a token. */
const CLOCK_SLACK_SECONDS = 60

export function createClientService(dependencies: Dependencies): ClientService {
  const { db, writeAs, audit, cache, publisher, limiter, secrets, loadSecretKeys } = dependencies

  async function issueSecret(
    trx: AuthTransaction,
    audit: Audit,
    keys: SecretKeys,
    clientId: string,
  ): Promise<IssuedSecret> {
    const clientSecret = newClientSecret()
    const id = await secrets.add(trx, keys, clientId, clientSecret)
    await audit(clientSecretCreated(clientId, id))
    return { id, clientSecret }
  }

  async function findBySecret(clientId: string, secret: string): Promise<{ isKnown: boolean; scopes?: string[] }> {
    const keys = await loadSecretKeys()
    const credentials = CLIENT_ID.test(clientId) ? await findCredentials(db, clientId) : undefined
    // Also where there is no client, so that it takes as long.
    const matches = secrets.matches(secret, credentials?.secrets ?? [], keys)
    if (!matches || !credentials) return { isKnown: credentials !== undefined }
    if (!credentials.usedRecently) await recordUse(db, clientId)
    return { isKnown: true, scopes: credentials.scopes }
  }

  return {
    list: (limit, afterId) => listClients(db, limit + 1, afterId),

    async create(clientId, scopes, caller) {
      assertHolds(caller, scopes)
      const keys = await loadSecretKeys()
      return writeAs(caller.origin, async (trx, audit) => {
        if (!(await insertClient(trx, clientId, scopes))) throw new problems.client_exists()
        await audit(clientCreated(clientId, scopes))
        const issued = await issueSecret(trx, audit, keys, clientId)
        // Before the commit: while Redis is away no client comes into being whose secret was never answered.
        await cache.set(clientId, scopes)
        return issued
      })
    },

    async addSecret(clientId, caller) {
      const keys = await loadSecretKeys()
      return writeAs(caller.origin, async (trx, audit) => {
        const scopes = (await lockClient(trx, clientId)) ? await findScopes(trx, clientId) : undefined
        if (!scopes) throw new problems.client_not_found()
        assertHolds(caller, scopes)
        return issueSecret(trx, audit, keys, clientId)
      })
    },

    async remove(clientId, origin) {
      const isDeleted = await writeAs(origin, async (trx, audit) => {
        const isFirst = await deleteClient(trx, clientId)
        if (isFirst) {
          await withdrawLinksBy(trx, clientId)
          await audit(clientDeleted(clientId))
        }
        return isFirst
      })
      if (!isDeleted && !(await wasDeleted(db, clientId))) throw new problems.client_not_found()
      // After the commit, as verifiers do not forget. Also if it was deleted before: this may repeat a call that failed half
      // way.
      await publisher.publish([{ kind: 'client', id: clientId }])
      await cache.set(clientId, null)
      if (!isDeleted) throw new problems.client_not_found()
    },

    async authenticate({ clientId, secret }, origin) {
      const guess = { clientId, address: origin.ip }
      await limiter.assertMayTry(guess)
      const { isKnown, scopes } = await findBySecret(clientId, secret)
      if (scopes) return scopes
      await limiter.failed(guess)
      audit.refuse(origin, clientAuthenticationFailed(isKnown ? clientId : null))
      return undefined
    },

    async liveScopes({ sub: clientId, jti }) {
      const [cached, isRevoked] = await Promise.all([cache.read(clientId), cache.isRevoked(jti)])
      if (isRevoked) return undefined
      if (cached !== undefined) return cached ?? undefined
      const scopes = await findScopes(db, clientId)
      await cache.setIfAbsent(clientId, scopes ?? null)
      return scopes
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
