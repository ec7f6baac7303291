import { randomBytes, randomUUID } from 'node:crypto'
import { createRefreshTokenSigner, parseKeyRing } from '@latchkey/access-token'
import {
  createRecordEnvelopes,
  createRedisDeadline,
  createRedisSessionCommands,
  createSnapshotRecords,
} from '@latchkey/auth-service/bench'
import type { StoreNode } from '../../store/redis-store.ts'

export type OpenedSession = { readonly userId: string; readonly sid: string; readonly refreshToken: string }

const DAY_MS = 24 * 3600 * 1000
const BATCH = 500

const newId = (): string => randomBytes(16).toString('base64url')
const seconds = (ms: number): number => Math.floor(ms / 1000)

type Options = {
  readonly node: StoreNode
  /** The settings of the services. */
  readonly refreshRing: string
  readonly graceMs: number
  readonly count: number
}

/** Opens sessions with auth-service's own commands, past passwords and Postgres, which would take an hour. */
export async function openSessions({ node, refreshRing, graceMs, count }: Options): Promise<OpenedSession[]> {
  const redis = node.connect()
  const ring = parseKeyRing(refreshRing)
  const commands = createRedisSessionCommands({
    redis,
    deadline: createRedisDeadline(redis),
    keyPrefix: 'latchkey:',
    limits: { idleMs: 7 * DAY_MS, maxAgeMs: 30 * DAY_MS, graceMs, maxDevicesPerUser: 20 },
    snapshots: createSnapshotRecords({
      envelopes: createRecordEnvelopes({ ring: () => ring, now: Date.now }),
      versions: { admits: () => true },
    }),
  })
  const signRefreshToken = createRefreshTokenSigner({ ring: () => ring })

  async function openOne(n: number): Promise<OpenedSession> {
    const user = userOf(n)
    const key = { userId: user.id, deviceId: newId(), sid: newId() }
    const client = { ip: '127.0.0.1', userAgent: 'latchkey-faults/1.0', requestId: 'faults', actorId: null }
    const snapshot = { user, tokenVersion: 0 }
    const opening = await commands.open({ ...key, delivery: 'body', deviceName: 'Pixel 9', client, snapshot })
    if (opening.outcome !== 'opened') throw new Error('a session replaced another one, though each has its own device')
    const { issued } = opening
    const times = { iat: seconds(issued.issuedAtMs), exp: seconds(issued.expiresAtMs) }
    const refreshToken = signRefreshToken({ sub: user.id, did: key.deviceId, sid: key.sid, gen: 1, ...times })
    return { userId: user.id, sid: key.sid, refreshToken }
  }
  try {
    const sessions: OpenedSession[] = []
    while (sessions.length < count) {
      const size = Math.min(BATCH, count - sessions.length)
      sessions.push(...(await Promise.all(Array.from({ length: size }, (_, n) => openOne(sessions.length + n)))))
    }
    return sessions
  } finally {
    redis.disconnect()
  }
}

function userOf(n: number) {
  const username = `herd-${n}`
  return {
    id: randomUUID(),
    email: `${username}@example.test`,
    username,
    fullName: null,
    roles: ['user'],
    emailVerified: true,
    status: 'active' as const,
    createdAt: new Date(),
  }
}
