import type { Scope } from '@latchkey/access-token'
import type { RedisClient } from '../redis/redis-client.ts'

/** The scopes of live clients, beside the sessions, so that an access token of one is checked in one round trip. */
export type ClientCache = {
  /** Undefined when it is not known; null when there is no such client. */
  read(clientId: string): Promise<Scope[] | null | undefined>
  /** What was read in Postgres a moment ago; what was settled meanwhile stays. */
  fill(clientId: string, scopes: Scope[] | null): Promise<void>
  /** What a change has made of the client. */
  settle(clientId: string, scopes: Scope[] | null): Promise<void>
  /** Lets one access token die before its time, which is in `lifeSeconds`. */
  revokeToken(tokenId: string, lifeSeconds: number): Promise<void>
  isRevoked(tokenId: string): Promise<boolean>
}

/** A change settles the entry at once; this is how long a change that got lost can matter. */
const LIFE_SECONDS = 60

export function createRedisClientCache(redis: RedisClient, keyPrefix: string): ClientCache {
  const keyOf = (clientId: string): string => `${keyPrefix}client:${clientId}`
  const revokedKeyOf = (tokenId: string): string => `${keyPrefix}revoked-token:${tokenId}`
  return {
    async read(clientId) {
      const text = await redis.get(keyOf(clientId))
      return text === null ? undefined : (JSON.parse(text) as Scope[] | null)
    },
    async fill(clientId, scopes) {
      await redis.set(keyOf(clientId), JSON.stringify(scopes), 'EX', LIFE_SECONDS, 'NX')
    },
    async settle(clientId, scopes) {
      await redis.set(keyOf(clientId), JSON.stringify(scopes), 'EX', LIFE_SECONDS)
    },
    async revokeToken(tokenId, lifeSeconds) {
      await redis.set(revokedKeyOf(tokenId), '1', 'EX', lifeSeconds)
    },
    isRevoked: async (tokenId) => (await redis.exists(revokedKeyOf(tokenId))) === 1,
  }
}
