import { randomUUID } from 'node:crypto'
import { unavailable } from '@latchkey/problems'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createScript, type RedisClient, type Script } from '../redis/redis-script.ts'
import type { Delivery, DeviceSession, EndReason, UserSnapshot } from './session.ts'
import type { SessionSettings } from './session-settings.ts'
import type { LoadSnapshot, Opening, Rotation, SessionEnd, SessionStore } from './session-store.ts'

type Options = SessionSettings & {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly loadSnapshot: LoadSnapshot
  /** Throws while Redis may be older than it was. */
  readonly assertCurrent?: () => void
  /** Epoch milliseconds in place of Redis's own clock. */
  readonly now?: (() => number) | undefined
}

/** Tells one lease from another, of this process and of any other. */
const processId = randomUUID()
let leases = 0
const newNonce = (): string => `${processId}:${++leases}`

/** Snapshots are re-read this often for one operation before it gives up; each attempt loses only to a change of the user in between. */
const SNAPSHOT_ATTEMPTS = 5

/** Sessions in Redis: one hash per user, one packed field per device, one script per operation. */
export function createRedisSessionStore(options: Options): SessionStore {
  const {
    redis,
    keyPrefix,
    deadline,
    loadSnapshot,
    assertCurrent = () => {},
    idleMs,
    maxAgeMs,
    graceMs,
    maxDevicesPerUser,
  } = options
  const guarded = (name: string): Script => {
    const script = createScript(redis, name, deadline)
    return async (key, args) => {
      assertCurrent()
      return script(key, args)
    }
  }
  const run = {
    open: guarded('open'),
    rotate: guarded('rotate'),
    read: guarded('read'),
    list: guarded('list'),
    end: guarded('end'),
    restore: guarded('restore'),
    fillUser: guarded('fill-user'),
  }
  const keyOf = (userId: string): string => `${keyPrefix}{${userId}}`
  const now = (): number | '' => options.now?.() ?? ''

  /** Runs `attempt` again with the snapshot filled in for as long as it finds none. Undefined when the user is gone. */
  async function withSnapshot<Reply extends [string, ...unknown[]]>(
    userId: string,
    attempt: (nonce: string) => Promise<Reply | UserMissing>,
  ): Promise<Reply | undefined> {
    for (let n = 0; n < SNAPSHOT_ATTEMPTS; n++) {
      // A new one each time: what was read under a lease that is gone must not land under the next.
      const reply = await attempt(newNonce())
      if (!isUserMissing(reply)) return reply
      const snapshot = await loadSnapshot(userId)
      if (!snapshot) return undefined
      await run.fillUser(keyOf(userId), [reply[1], JSON.stringify(snapshot)])
    }
    throw unavailable(new Error('the user kept changing while the session was read'))
  }

  return {
    async open({ userId, deviceId, sid, delivery, deviceName, client, snapshot }) {
      const reply = await run.open(keyOf(userId), [
        deviceId,
        sid,
        now(),
        idleMs,
        maxAgeMs,
        maxDevicesPerUser,
        delivery,
        deviceName,
        client.userAgent,
        client.ip,
        JSON.stringify(snapshot),
      ])
      return opening(userId, reply as OpenReply)
    },

    async rotate({ userId, deviceId, sid, generation, expiresAt }, client) {
      const reply = await withSnapshot<RotateReply>(
        userId,
        async (nonce) =>
          (await run.rotate(keyOf(userId), [
            deviceId,
            sid,
            generation,
            expiresAt,
            now(),
            idleMs,
            maxAgeMs,
            graceMs,
            nonce,
            client.userAgent,
            client.ip,
          ])) as RotateReply | UserMissing,
      )
      if (!reply) return { outcome: 'ended', reason: 'unknown' }
      return rotation(reply)
    },

    async findLive({ userId, deviceId, sid }) {
      const reply = await withSnapshot<ReadReply>(
        userId,
        async (nonce) =>
          (await run.read(keyOf(userId), [deviceId, sid, now(), idleMs, maxAgeMs, nonce])) as ReadReply | UserMissing,
      )
      if (reply?.[0] !== 'live') return undefined
      return { deviceName: reply[1], snapshot: JSON.parse(reply[2]) as UserSnapshot }
    },

    async list(userId) {
      const rows = (await run.list(keyOf(userId), [now(), idleMs, maxAgeMs])) as ListRow[]
      return rows.map(deviceSession)
    },

    async end({ userId, deviceId, sid }, reason) {
      await run.end(keyOf(userId), [deviceId, sid, reason])
    },

    async restore({ userId, deviceId, sid, createdAt, delivery, deviceName }) {
      await run.restore(keyOf(userId), [deviceId, sid, createdAt, now(), idleMs, maxAgeMs, delivery, deviceName])
    },

    async forgetSnapshot(userId) {
      await redis.hdel(keyOf(userId), 'u')
    },
  }
}

type OpenReply = ['opened', createdAt: number, expiresAt: number] | ['must_end', ...string[]]
type UserMissing = ['user_missing', lease: string]
type RotateReply =
  | [outcome: 'ended', reason: EndReason]
  | [outcome: 'superseded' | 'reused']
  | [
      outcome: 'rotated' | 'replayed' | 'recovered',
      generation: number,
      handedOutAt: number,
      expiresAt: number,
      delivery: Delivery,
      deviceName: string,
      snapshot: string,
    ]
type ReadReply = ['ended'] | ['live', deviceName: string, snapshot: string]
type ListRow = [string, string, string, string, string, number, number, number]

function isUserMissing(reply: [string, ...unknown[]]): reply is UserMissing {
  return reply[0] === 'user_missing'
}

function rotation(reply: RotateReply): Rotation {
  switch (reply[0]) {
    case 'ended':
      return { outcome: 'ended', reason: reply[1] }
    case 'superseded':
    case 'reused':
      return { outcome: reply[0] }
    case 'rotated':
    case 'replayed':
    case 'recovered': {
      const [outcome, generation, handedOutAt, expiresAt, delivery, deviceName, snapshot] = reply
      return {
        outcome,
        handedOut: { generation, handedOutAt, expiresAt },
        delivery,
        deviceName,
        snapshot: JSON.parse(snapshot) as UserSnapshot,
      }
    }
  }
}

function deviceSession(row: ListRow): DeviceSession {
  const [deviceId, sid, deviceName, userAgent, ip, createdAt, lastSeenAt, expiresAt] = row
  return { deviceId, sid, deviceName, userAgent, ip, createdAt, lastSeenAt, expiresAt }
}

function opening(userId: string, [outcome, ...rest]: OpenReply): Opening {
  if (outcome === 'opened') {
    const [createdAt, expiresAt] = rest as [number, number]
    return { outcome, handedOut: { generation: 1, handedOutAt: createdAt, expiresAt } }
  }
  const triples = rest as string[]
  const ends: SessionEnd[] = []
  for (let i = 0; i < triples.length; i += 3) {
    ends.push({ userId, deviceId: triples[i] ?? '', sid: triples[i + 1] ?? '', reason: triples[i + 2] as EndReason })
  }
  return { outcome, ends }
}
