import { randomBytes, randomUUID } from 'node:crypto'
import { createRedisDeadline, createRedisSessionCommands } from '@latchkey/auth-service/bench'
import { Redis } from 'ioredis'
import { signRefreshToken, snapshots } from '../tokens.ts'

const DAY_MS = 24 * 3600 * 1000
const IDLE_MS = 7 * DAY_MS
const DEVICES_PER_USER = 2
const BATCH = 500

const newId = (): string => randomBytes(16).toString('base64url')

export function newUser(n: number) {
  const name = `user${n}`
  const createdAt = new Date()
  const roles: 'user'[] = ['user']
  return {
    id: randomUUID(),
    email: `${name}@example.com`,
    username: name,
    fullName: 'Ada Lovelace',
    roles,
    emailVerified: true,
    status: 'active' as const,
    createdAt,
  }
}

/** Opens sessions with auth-service's own commands, past passwords and Postgres; returns the first refresh token of each. */
export function openOurSessions(redisUrl: string, count: number): Promise<string[]> {
  return withRedis(redisUrl, (redis) => {
    const commands = createRedisSessionCommands({
      redis,
      deadline: createRedisDeadline(redis),
      keyPrefix: 'latchkey:',
      limits: { idleMs: IDLE_MS, maxAgeMs: 30 * DAY_MS, graceMs: 30_000, maxDevicesPerUser: 20 },
      snapshots,
    })
    return openAll(count, async (user) => {
      const key = { userId: user.id, deviceId: newId(), sid: newId() }
      const opening = await commands.open({
        ...key,
        delivery: 'body',
        deviceName: 'Pixel 9',
        client: { ip: '127.0.0.1', userAgent: 'latchkey-bench/1.0', requestId: 'bench', actorId: null },
        snapshot: { user, tokenVersion: 0 },
      })
      if (opening.outcome !== 'opened')
        throw new Error('a session replaced another one, though each has its own device')
      const { issued } = opening
      return tokenOf(key, issued.issuedAtMs, issued.expiresAtMs)
    })
  })
}

/** The same for the composite: a hash for each session. */
export function openPlainSessions(redisUrl: string, count: number): Promise<string[]> {
  return withRedis(redisUrl, (redis) =>
    openAll(count, async (user) => {
      const key = { userId: user.id, deviceId: newId(), sid: newId() }
      const now = Date.now()
      await redis.hset(`session:${key.sid}`, { generation: 1, user: JSON.stringify(user), deviceName: 'Pixel 9' })
      return tokenOf(key, now, now + IDLE_MS)
    }),
  )
}

type User = ReturnType<typeof newUser>

async function openAll(count: number, open: (user: User) => Promise<string>): Promise<string[]> {
  const tokens: string[] = []
  while (tokens.length < count) {
    const users = Array.from({ length: BATCH / DEVICES_PER_USER }, (_, n) => newUser(tokens.length + n))
    const owners = users.flatMap((user) => Array.from({ length: DEVICES_PER_USER }, () => user))
    tokens.push(...(await Promise.all(owners.map(open))))
  }
  return tokens
}

function tokenOf(key: { userId: string; deviceId: string; sid: string }, from: number, until: number): string {
  const seconds = (ms: number): number => Math.floor(ms / 1000)
  return signRefreshToken({
    sub: key.userId,
    did: key.deviceId,
    sid: key.sid,
    gen: 1,
    iat: seconds(from),
    exp: seconds(until),
  })
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url)
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}
