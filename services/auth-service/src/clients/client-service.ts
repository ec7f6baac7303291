import { type AccessTokenClaims, SCOPES, type Scope } from '@latchkey/access-token'
import type { Origin } from '../audit/audit-event.ts'
import { recordClientCreated, recordClientDeleted, recordClientSecretCreated } from '../audit/audit-trail.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { RevocationPublisher } from '../sessions/redis-revocation-publisher.ts'
import {
  configureClient,
  deleteClient,
  findCredentials,
  findScopes,
  insertClient,
  insertSecret,
  listClients,
  listConfiguredIds,
  listRetiredSecrets,
  listShutOut,
  lockClient,
  noteUse,
  retireOldSecrets,
  wasDeleted,
} from './client-repository.ts'
import { hashSecret, matchesAny, newClientSecret } from './client-secret.ts'
import type { OpenedKeys } from './client-secret-keys.ts'
import type { KeyedSecret } from './client-table.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { insertRevokedToken } from './revoked-token-repository.ts'
import { CLIENT_ID, MAX_SECRETS, type ServiceClient } from './service-client.ts'

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
  /**
   * Makes the client if need be, with these scopes and this secret good, and the one before it. Repeating it changes nothing.
   * A client that was deleted stays so, and a secret that two newer ones have replaced does not come back.
   */
  ensure(client: {
    clientId: string
    secret: string
    scopes: Scope[]
  }): Promise<'ready' | 'deleted' | 'secret_replaced'>
  /** Ids of the living clients that {@link ensure} made. */
  listConfigured(): Promise<string[]>
  /** Ids of clients none of whose secrets can be checked with the ring in force. */
  listShutOut(): Promise<string[]>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  readonly secretKeys: () => Promise<OpenedKeys>
}

/** A verifier may take a token for so long after its time. */
const CLOCK_SLACK_SECONDS = 60

export const isScope = (scope: string): scope is Scope => (SCOPES as readonly string[]).includes(scope)

export function createClientService({ db, cache, publisher, secretKeys }: Dependencies): ClientService {
  async function keep(trx: AuthTransaction, keys: OpenedKeys, clientId: string, secret: string): Promise<string> {
    const key = keys.get(keys.current)
    if (!key) throw new Error('new secrets have a key')
    const id = await insertSecret(trx, clientId, { ...hashSecret(secret, key), keyId: keys.current })
    await retireOldSecrets(trx, clientId, MAX_SECRETS)
    return id
  }

  async function issue(
    trx: AuthTransaction,
    keys: OpenedKeys,
    clientId: string,
    origin: Origin,
  ): Promise<IssuedSecret> {
    const clientSecret = newClientSecret()
    const id = await keep(trx, keys, clientId, clientSecret)
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
      const matches = matchesAny(secret, withKeys(keys, credentials?.secrets ?? []), MAX_SECRETS)
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

    async ensure({ clientId, secret, scopes }) {
      const keys = await secretKeys()
      const outcome = await db.transaction().execute(async (trx) => {
        await insertClient(trx, clientId, scopes)
        if (!(await lockClient(trx, clientId))) return 'deleted'
        await configureClient(trx, clientId, scopes)
        const good = (await findCredentials(trx, clientId))?.secrets ?? []
        if (matchesAny(secret, withKeys(keys, good), MAX_SECRETS)) return 'ready'
        const retired = await listRetiredSecrets(trx, clientId)
        if (matchesAny(secret, withKeys(keys, retired), 0)) return 'secret_replaced'
        await keep(trx, keys, clientId, secret)
        return 'ready'
      })
      if (outcome !== 'deleted') await cache.settle(clientId, scopes)
      return outcome
    },

    listConfigured: () => listConfiguredIds(db),
    listShutOut: async () => listShutOut(db, (await secretKeys()).ids),
  }
}

/** Without those whose key is not to be had: they match nothing. */
function withKeys(keys: OpenedKeys, secrets: readonly KeyedSecret[]): (KeyedSecret & { key: Buffer })[] {
  return secrets.flatMap((secret) => {
    const key = secret.keyId === null ? undefined : keys.get(secret.keyId)
    return key ? [{ ...secret, key }] : []
  })
}

/** Whether an access token was issued to a service client rather than to a person. */
export const isClientToken = ({ sid, sub, client_id }: AccessTokenClaims): boolean =>
  sid === undefined && sub === client_id
