import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createScript } from '../redis/redis-script.ts'
import type { Delivery, DeviceSession, EndReason, UserSnapshot } from './session.ts'
import type {
  LiveSession,
  Opening,
  Rotation,
  SessionCommands,
  SessionEnd,
  SnapshotMissing,
} from './session-commands.ts'

export type SessionLimits = {
  /** Idle life, pushed out at each refresh. */
  readonly idleMs: number
  /** Absolute life, whatever happens. */
  readonly maxAgeMs: number
  /** How long a refresh token stays repeatable after its successor was first issued. */
  readonly graceMs: number
  readonly maxDevicesPerUser: number
}

type Options = SessionLimits & {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  /** Epoch milliseconds in place of Redis's own clock. */
  readonly now?: (() => number) | undefined
}

const read = (name: string): string => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8')

/** Sessions in Redis: one hash per user, one packed field per device, one script per command. */
export function createRedisSessionCommands(options: Options): SessionCommands {
  const { redis, keyPrefix, deadline, idleMs, maxAgeMs, graceMs, maxDevicesPerUser } = options
  const script = (name: string) => createScript(redis, name, `${read('session')}\n${read(name)}`, deadline)
  const run = {
    open: script('open'),
    rotate: script('rotate'),
    read: script('read'),
    list: script('list'),
    end: script('end'),
    restore: script('restore'),
    fillSnapshot: script('fill-snapshot'),
  }
  const keyOf = (userId: string): string => `${keyPrefix}{${userId}}`
  const now = (): number | '' => options.now?.() ?? ''

  // A new one for each command: what was read under a lease that is gone must not land under the next.
  const storeId = randomUUID()
  let leases = 0
  const newNonce = (): string => `${storeId}:${++leases}`

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
      return toOpening(userId, reply as OpenReply)
    },

    async rotate({ userId, deviceId, sid, generation, expiresAt }, client) {
      const reply = await run.rotate(keyOf(userId), [
        deviceId,
        sid,
        generation,
        expiresAt,
        now(),
        idleMs,
        maxAgeMs,
        graceMs,
        newNonce(),
        client.userAgent,
        client.ip,
      ])
      return toRotation(reply as RotateReply)
    },

    async findLive({ userId, deviceId, sid }) {
      const reply = await run.read(keyOf(userId), [deviceId, sid, now(), idleMs, maxAgeMs, newNonce()])
      return toLiveSession(reply as ReadReply)
    },

    async fillSnapshot(userId, lease, snapshot) {
      await run.fillSnapshot(keyOf(userId), [lease, JSON.stringify(snapshot)])
    },

    async invalidateSnapshot(userId) {
      await redis.hdel(keyOf(userId), 'u')
    },

    async list(userId) {
      const rows = (await run.list(keyOf(userId), [now(), idleMs, maxAgeMs])) as ListRow[]
      return rows.map(toDeviceSession)
    },

    async end({ userId, deviceId, sid }, reason) {
      await run.end(keyOf(userId), [deviceId, sid, reason])
    },

    async restore({ userId, deviceId, sid, createdAt, delivery, deviceName }) {
      await run.restore(keyOf(userId), [deviceId, sid, createdAt, now(), idleMs, maxAgeMs, delivery, deviceName])
    },
  }
}

type OpenReply = ['opened', createdAt: number, expiresAt: number] | ['must_end', ...string[]]
type SnapshotMissingReply = ['snapshot_missing', lease: string]
type RotateReply =
  | SnapshotMissingReply
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
type ReadReply = SnapshotMissingReply | ['ended'] | ['live', deviceName: string, snapshot: string]
type ListRow = [string, string, string, string, string, number, number, number]

function toRotation(reply: RotateReply): Rotation | SnapshotMissing {
  switch (reply[0]) {
    case 'snapshot_missing':
      return { outcome: reply[0], lease: reply[1] }
    case 'ended':
      return { outcome: reply[0], reason: reply[1] }
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
        snapshot: toSnapshot(snapshot),
      }
    }
  }
}

function toLiveSession(reply: ReadReply): LiveSession | SnapshotMissing | undefined {
  switch (reply[0]) {
    case 'snapshot_missing':
      return { outcome: reply[0], lease: reply[1] }
    case 'ended':
      return undefined
    case 'live':
      return { deviceName: reply[1], snapshot: toSnapshot(reply[2]) }
  }
}

const toSnapshot = (json: string): UserSnapshot => JSON.parse(json) as UserSnapshot

function toDeviceSession(row: ListRow): DeviceSession {
  const [deviceId, sid, deviceName, userAgent, ip, createdAt, lastSeenAt, expiresAt] = row
  return { deviceId, sid, deviceName, userAgent, ip, createdAt, lastSeenAt, expiresAt }
}

function toOpening(userId: string, [outcome, ...rest]: OpenReply): Opening {
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
