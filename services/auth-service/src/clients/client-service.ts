import { type AccessTokenClaims, SCOPES, type Scope } from '@latchkey/access-token'
import type { Origin } from '../audit/audit-event.ts'
import { recordClientCreated, recordClientDeleted, recordClientSecretCreated } from '../audit/audit-trail.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { RevocationPublisher } from '../sessions/redis-revocation-publisher.ts'
import {
  deleteClient,
  deleteOldSecrets,
  findCredentials,
  findScopes,
  insertClient,
  insertSecret,
  listClients,
  listDeletedSince,
  lockClient,
  noteUse,
  setScopes,
} from './client-repository.ts'
import { hashSecret, matchesAny, newClientSecret } from './client-secret.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { MAX_SECRETS, type ServiceClient } from './service-client.ts'

export type IssuedSecret = { readonly id: string; readonly clientSecret: string }

export type ClientService = {
  /** In the order of ids; one more than `limit` where there are more. */
  list(limit: number, afterId: string | undefined): Promise<ServiceClient[]>
  /** @throws `client_exists` */
  create(clientId: string, scopes: Scope[], origin: Origin): Promise<IssuedSecret>
  /** Of more than two secrets the oldest stops being good. @throws `client_not_found` */
  addSecret(clientId: string, origin: Origin): Promise<IssuedSecret>
  /** Its tokens die with it. @throws `client_not_found` */
  remove(clientId: string, origin: Origin): Promise<void>
  /** Scopes of the client that this secret belongs to; undefined for an unknown client and a wrong secret alike. */
  authenticate(clientId: string, secret: string): Promise<Scope[] | undefined>
  /** Scopes that a token of a client has now; undefined when the client or the token is gone. */
  liveScopes(claims: AccessTokenClaims): Promise<Scope[] | undefined>
  /** Ends one access token of a client, everywhere. */
  revokeToken(claims: AccessTokenClaims): Promise<void>
  /** Tells verifiers again of the clients that were deleted since (epoch milliseconds). */
  publishDeleted(since: number): Promise<void>
  /**
   * Makes the client if need be, with these scopes and this secret good. Repeating it changes nothing. False when the
   * client was deleted: it stays so.
   */
  ensure(client: { clientId: string; secret: string; scopes: Scope[] }): Promise<boolean>
}

type Dependencies = { readonly db: AuthDatabase; readonly cache: ClientCache; readonly publisher: RevocationPublisher }

/** A verifier may take a token for so long after its time. */
const CLOCK_SLACK_SECONDS = 60

export const isScope = (scope: string): scope is Scope => (SCOPES as readonly string[]).includes(scope)

export function createClientService({ db, cache, publisher }: Dependencies): ClientService {
  async function issue(trx: AuthTransaction, clientId: string, origin: Origin): Promise<IssuedSecret> {
    const clientSecret = newClientSecret()
    const id = await insertSecret(trx, clientId, hashSecret(clientSecret))
    await recordClientSecretCreated(trx, origin, clientId, id)
    return { id, clientSecret }
  }

  return {
    list: (limit, afterId) => listClients(db, limit + 1, afterId),

    async create(clientId, scopes, origin) {
      const issued = await db.transaction().execute(async (trx) => {
        if (!(await insertClient(trx, clientId, scopes))) throw new problems.client_exists()
        await recordClientCreated(trx, origin, clientId, scopes)
        return issue(trx, clientId, origin)
      })
      await cache.forget(clientId)
      return issued
    },

    async addSecret(clientId, origin) {
      return db.transaction().execute(async (trx) => {
        if (!(await lockClient(trx, clientId))) throw new problems.client_not_found()
        const issued = await issue(trx, clientId, origin)
        await deleteOldSecrets(trx, clientId, MAX_SECRETS)
        return issued
      })
    },

    async remove(clientId, origin) {
      await db.transaction().execute(async (trx) => {
        if (!(await deleteClient(trx, clientId))) throw new problems.client_not_found()
        await recordClientDeleted(trx, origin, clientId)
        await publisher.publish([{ kind: 'client', id: clientId }])
        await cache.forget(clientId)
      })
      // A reader may have filled it in again before the deletion could be seen.
      await cache.forget(clientId)
    },

    async authenticate(clientId, secret) {
      const credentials = await findCredentials(db, clientId)
      if (!matchesAny(secret, credentials?.secrets ?? [], MAX_SECRETS)) return undefined
      await noteUse(db, clientId)
      return credentials?.scopes
    },

    async liveScopes({ sub: clientId, jti }) {
      const [cached, isRevoked] = await Promise.all([cache.read(clientId), cache.isRevoked(jti)])
      if (isRevoked) return undefined
      if (cached !== undefined) return cached ?? undefined
      const scopes = await findScopes(db, clientId)
      await cache.write(clientId, scopes ?? null)
      return scopes
    },

    async revokeToken({ jti, exp, iat }) {
      await publisher.publish([{ kind: 'token', id: jti }])
      await cache.revokeToken(jti, exp - iat + CLOCK_SLACK_SECONDS)
    },

    async publishDeleted(since) {
      const clientIds = await listDeletedSince(db, new Date(since))
      await publisher.publish(clientIds.map((id) => ({ kind: 'client', id })))
    },

    async ensure({ clientId, secret, scopes }) {
      const isThere = await db.transaction().execute(async (trx) => {
        await insertClient(trx, clientId, scopes)
        if (!(await lockClient(trx, clientId))) return false
        await setScopes(trx, clientId, scopes)
        const credentials = await findCredentials(trx, clientId)
        if (matchesAny(secret, credentials?.secrets ?? [], MAX_SECRETS)) return true
        await insertSecret(trx, clientId, hashSecret(secret))
        await deleteOldSecrets(trx, clientId, MAX_SECRETS)
        return true
      })
      await cache.forget(clientId)
      return isThere
    },
  }
}

/** Whether an access token was issued to a service client rather than to a person. */
export const isClientToken = ({ sid, sub, client_id }: AccessTokenClaims): boolean =>
  sid === undefined && sub === client_id
