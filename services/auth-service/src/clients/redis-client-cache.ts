import type { RedisClient } from '../redis/redis-client.ts'
import type { ClientAuthority } from './service-client.ts'

/** What live clients may do, beside the sessions, so that an access token of one is checked in one round trip. */
export type ClientCache = {
  /** Undefined when it is not known; null when there is no such client. */
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

export function createRedisClientCache(redis: RedisClient, keyPrefix: string): ClientCache {
  // Not `client:`, which earlier versions read as a list of scopes.
  const keyOf = (clientId: string): string => `${keyPrefix}client-authority:${clientId}`
  const revokedKeyOf = (tokenId: string): string => `${keyPrefix}revoked-token:${tokenId}`
  return {
    async read(clientId) {
      const text = await redis.get(keyOf(clientId))
      return text === null ? undefined : (JSON.parse(text) as ClientAuthority | null)
    },
    async setIfAbsent(clientId, authority) {
      await redis.set(keyOf(clientId), JSON.stringify(authority), 'EX', TTL_SECONDS, 'NX')
    },
    async set(clientId, authority) {
      await redis.set(keyOf(clientId), JSON.stringify(authority), 'EX', TTL_SECONDS)
    },
    async revokeToken(tokenId, expiresAt) {
      const ttlSeconds = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / 1000))
      await redis.set(revokedKeyOf(tokenId), '1', 'EX', ttlSeconds)
    },
    isRevoked: async (tokenId) => (await redis.exists(revokedKeyOf(tokenId))) === 1,
  }
}
