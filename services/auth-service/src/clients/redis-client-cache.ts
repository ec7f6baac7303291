import type { RedisClient } from '../redis/redis-client.ts'

/** The scopes of live clients, beside the sessions, so that an access token of one is checked in one round trip. */
export type ClientCache = {
  /** Undefined when it is not known; null when there is no such client. */
  read(clientId: string): Promise<string[] | null | undefined>
  /** After a read of Postgres: a newer value is not overwritten. */
  setIfAbsent(clientId: string, scopes: string[] | null): Promise<void>
  /** After a change of the client. */
  set(clientId: string, scopes: string[] | null): Promise<void>
  /** Revokes one access token until it expires. */
  revokeToken(tokenId: string, expiresAt: Date): Promise<void>
  isRevoked(tokenId: string): Promise<boolean>
}

/** A change sets the entry at once; this is how long a lost change can matter. */
const TTL_SECONDS = 60

export function createRedisClientCache(redis: RedisClient, keyPrefix: string): ClientCache {
  const keyOf = (clientId: string): string => `${keyPrefix}client:${clientId}`
  const revokedKeyOf = (tokenId: string): string => `${keyPrefix}revoked-token:${tokenId}`
  return {
    async read(clientId) {
      const text = await redis.get(keyOf(clientId))
      return text === null ? undefined : (JSON.parse(text) as string[] | null)
    },
    async setIfAbsent(clientId, scopes) {
      await redis.set(keyOf(clientId), JSON.stringify(scopes), 'EX', TTL_SECONDS, 'NX')
    },
    async set(clientId, scopes) {
      await redis.set(keyOf(clientId), JSON.stringify(scopes), 'EX', TTL_SECONDS)
    },
    async revokeToken(tokenId, expiresAt) {
      const ttlSeconds = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / 1000))
      await redis.set(revokedKeyOf(tokenId), '1', 'EX', ttlSeconds)
    },
    isRevoked: async (tokenId) => (await redis.exists(revokedKeyOf(tokenId))) === 1,
  }
}
