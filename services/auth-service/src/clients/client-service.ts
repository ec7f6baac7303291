import type { AccessTokenClaims, Scope } from '@latchkey/access-token'
import type { Origin } from '../audit/audit-event.ts'
import { recordClientCreated, recordClientDeleted, recordClientSecretCreated } from '../audit/audit-trail.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import {
  deleteClient,
  findCredentials,
  findScopes,
  insertClient,
  listClients,
  lockClient,
  noteUse,
  wasDeleted,
} from './client-repository.ts'
import { newClientSecret } from './client-secret.ts'
import type { OpenedKeys } from './client-secret-keys.ts'
import { keepSecret, matchesKept } from './kept-secrets.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { insertRevokedToken } from './revoked-token-repository.ts'
import { CLIENT_ID, type ServiceClient } from './service-client.ts'

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
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  readonly secretKeys: () => Promise<OpenedKeys>
}

/** A verifier may take a token for so long after its time. */
const CLOCK_SLACK_SECONDS = 60

export function createClientService({ db, cache, publisher, secretKeys }: Dependencies): ClientService {
  async function issue(
    trx: AuthTransaction,
    keys: OpenedKeys,
    clientId: string,
    origin: Origin,
  ): Promise<IssuedSecret> {
    const clientSecret = newClientSecret()
    const id = await keepSecret(trx, keys, clientId, clientSecret)
    await recordClientSecretCreated(trx, origin, clientId, id)
    return { id, clientSecret }
  }

  return {
    list: (limit, afterId) => listClients(db, limit + 1, afterId),

    async create(clientId, scopes, origin) {
      const keys = await secretKeys()
      return db.transaction().execute(async (trx) => {
        if (!(await insertClient(trx, clientId, scopes))) throw new problems.client_exists()
        await recordClientCreated(trx, origin, clientId, scopes)
        const issued = await issue(trx, keys, clientId, origin)
        // Where Redis is away there is to be no client whose secret nobody was told.
        await cache.settle(clientId, scopes)
        return issued
      })
    },

    async addSecret(clientId, origin) {
      const keys = await secretKeys()
      return db.transaction().execute(async (trx) => {
        if (!(await lockClient(trx, clientId))) throw new problems.client_not_found()
        return issue(trx, keys, clientId, origin)
      })
    },

    async remove(clientId, origin) {
      const isDeleted = await db.transaction().execute(async (trx) => {
        const isFirst = await deleteClient(trx, clientId)
        if (isFirst) await recordClientDeleted(trx, origin, clientId)
        return isFirst
      })
      if (!isDeleted && !(await wasDeleted(db, clientId))) throw new problems.client_not_found()
      // Nothing is published that could be rolled back. Also when it was deleted before: then this may be the repetition
      // of a call that failed half way.
      await publisher.publish([{ kind: 'client', id: clientId }])
      await cache.settle(clientId, null)
      if (!isDeleted) throw new problems.client_not_found()
    },

    async authenticate(clientId, secret) {
      const keys = await secretKeys()
      const credentials = CLIENT_ID.test(clientId) ? await findCredentials(db, clientId) : undefined
      // Also where there is no client, so that it takes as long.
      const matches = matchesKept(secret, credentials?.secrets ?? [], keys)
      if (!matches || !credentials) return undefined
      if (!credentials.usedLately) await noteUse(db, clientId)
      return credentials.scopes
    },

    async liveScopes({ sub: clientId, jti }) {
      const [cached, isRevoked] = await Promise.all([cache.read(clientId), cache.isRevoked(jti)])
      if (isRevoked) return undefined
      if (cached !== undefined) return cached ?? undefined
      const scopes = await findScopes(db, clientId)
      await cache.fill(clientId, scopes ?? null)
      return scopes
    },

    async revokeToken({ jti, exp }) {
      if (await cache.isRevoked(jti)) return
      const expiresAt = (exp + CLOCK_SLACK_SECONDS) * 1000
      await insertRevokedToken(db, jti, new Date(expiresAt))
      await publisher.publish([{ kind: 'token', id: jti }])
      await cache.revokeToken(jti, Math.max(1, Math.ceil((expiresAt - Date.now()) / 1000)))
    },
  }
}

/** Whether an access token was issued to a service client rather than to a person. */
export const isClientToken = ({ sid, sub, client_id }: AccessTokenClaims): boolean =>
  sid === undefined && sub === client_id
