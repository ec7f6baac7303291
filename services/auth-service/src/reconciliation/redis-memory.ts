import type { AuthDatabase } from '../database/auth-database.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import { createRedisDeadline } from '../redis/redis-deadline.ts'
import { createTopologyReader } from '../redis/redis-topology.ts'
import { createAccessTokenLives } from '../revocations/access-token-lives.ts'
import { createRedisRevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { createRedisSessionCommands } from '../sessions/redis-session-commands.ts'
import type { EndReason } from '../sessions/session.ts'
import { userKey } from '../sessions/session-script.ts'
import type { RedisMemory } from './reconcile.ts'
import { createRedisAccountMarks } from './redis-account-marks.ts'
import { createRedisBeat } from './redis-beat.ts'

type Options = {
  readonly redis: RedisClient
  readonly db: AuthDatabase
  readonly keyPrefix: string
  /** How long sessions live. Milliseconds. */
  readonly idleMs: number
  readonly maxAgeMs: number
  /** The longest that a token can live. */
  readonly longestLifeSeconds: number
}

/** For a command, which runs while services hold back: nothing is fenced. */
export function createRedisMemory(options: Options): RedisMemory {
  const { redis, db, keyPrefix, idleMs, maxAgeMs, longestLifeSeconds } = options
  const deadline = createRedisDeadline(redis)
  const keys = { redis, keyPrefix, deadline }
  const survey = createTopologyReader(redis, keyPrefix)
  return {
    beat: createRedisBeat(keys),
    marks: createRedisAccountMarks(keys),
    // No session is opened, renewed or read.
    commands: createRedisSessionCommands({
      ...keys,
      limits: { idleMs, maxAgeMs, graceMs: 0, maxDevicesPerUser: 1 },
      snapshots: { encode: () => '', decode: () => undefined },
    }),
    publisher: createRedisRevocationPublisher({ ...keys, lives: createAccessTokenLives(db, longestLifeSeconds) }),
    readStream: (key, afterId, limit) => redis.xrange(key, `(${afterId}`, '+', 'COUNT', limit),

    async findEndReason(userId, sid) {
      const record = await redis.get(`${userKey(keyPrefix, userId)}:ended:${sid}`)
      return record?.split(' ', 1)[0] as EndReason | undefined
    },

    async findCheckpoint() {
      const { topology } = await survey()
      if (!topology.isWhole) throw new Error('a node of Redis is away')
      const found = await Promise.all(topology.shards.map(({ node, fenceKey }) => node.hget(fenceKey, 'checkpoint')))
      return found.reduce<string | undefined>(
        (last, each) => (each && (last === undefined || BigInt(each) > BigInt(last)) ? each : last),
        undefined,
      )
    },
  }
}
