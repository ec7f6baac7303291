import type { RecordEnvelopes } from '../keys/record-envelopes.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createSet } from '../redis/redis-script.ts'
import type { KnownVersions } from '../revocations/known-versions.ts'
import type { ClientAuthority } from './service-client.ts'

/** What live clients may do, beside the sessions, so that an access token of one is checked in one round trip. */
export type ClientCache = {
  /** Undefined when it is not known, or what Redis has does not count; null when there is no such client. */
  read(clientId: string): Promise<ClientAuthority | null | undefined>
  /** After a read of Postgres: a newer value is not overwritten. */
  setIfAbsent(clientId: string, authority: ClientAuthority | null): Promise<void>
  /** In a transaction that holds the client's row: of two changes at once the later one is set last. */
  set(clientId: string, authority: ClientAuthority | null): Promise<void>
  /** Revokes one access token until it expires. */
  revokeToken(tokenId: string, expiresAt: Date): Promise<void>
  isRevoked(tokenId: string): Promise<boolean>
}

/** A change sets the entry at once; this is how long a lost change can matter. */
const TTL_SECONDS = 60

type Dependencies = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly envelopes: RecordEnvelopes
  readonly versions: Pick<KnownVersions, 'admits'>
  /** Epoch milliseconds, of the clock that envelopes name. */
  readonly now: () => number
}

export function createRedisClientCache({
  redis,
  keyPrefix,
  deadline,
  envelopes,
  versions,
  now,
}: Dependencies): ClientCache {
  // Not `client:` and `client-authority:`, which earlier versions read as plain JSON.
  const keyOf = (clientId: string): string => `${keyPrefix}client-scopes:${clientId}`
  const revokedKeyOf = (tokenId: string): string => `${keyPrefix}revoked-token:${tokenId}`
  const nameOf = (id: string) => ({ kind: 'client scopes', id }) as const
  const encode = (clientId: string, authority: ClientAuthority | null): string =>
    envelopes.encrypt(nameOf(clientId), authority)

  function decode(clientId: string, envelope: string): ClientAuthority | null | undefined {
    const decrypted = envelopes.decrypt(nameOf(clientId), envelope)
    if (!decrypted) return undefined
    const { encryptedAtMs } = decrypted
    // A writer to Redis can keep an entry beyond its time there.
    if (now() - encryptedAtMs > TTL_SECONDS * 1000) return undefined
    const authority = decrypted.record as ClientAuthority | null
    return versions.admits(clientId, authority?.version ?? Number.POSITIVE_INFINITY, encryptedAtMs)
      ? authority
      : undefined
  }

  const set = createSet(redis, 'set-client', deadline)
  return {
    async read(clientId) {
      const envelope = await redis.get(keyOf(clientId))
      if (envelope === null) return undefined
      const authority = decode(clientId, envelope)
      // Else nothing could be set in its place.
      if (authority === undefined) await redis.del(keyOf(clientId))
      return authority
    },
    async setIfAbsent(clientId, authority) {
      await set(keyOf(clientId), [encode(clientId, authority), 'EX', TTL_SECONDS, 'NX'])
    },
    async set(clientId, authority) {
      await set(keyOf(clientId), [encode(clientId, authority), 'EX', TTL_SECONDS])
    },
    async revokeToken(tokenId, expiresAt) {
      const ttlSeconds = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / 1000))
      await set(revokedKeyOf(tokenId), ['1', 'EX', ttlSeconds])
    },
    isRevoked: async (tokenId) => (await redis.exists(revokedKeyOf(tokenId))) === 1,
  }
}
