import { randomUUID } from 'node:crypto'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import type { Fences } from '../redis/redis-script.ts'
import type { SessionLimits } from './session.ts'
import type { SessionCommands } from './session-commands.ts'
import {
  type ListRow,
  type OpenReply,
  type ReadReply,
  type RotateReply,
  toDeviceSession,
  toLiveSession,
  toOpening,
  toRotation,
} from './session-replies.ts'
import { createSessionScript, userKey } from './session-script.ts'
import { createSnapshotInvalidation } from './snapshot-invalidation.ts'
import type { SnapshotRecords } from './snapshot-records.ts'

type Options = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  /** Left out where commands must run on a Redis that is behind: to bring it up to date. */
  readonly fences?: Fences | undefined
  readonly limits: SessionLimits
  readonly snapshots: SnapshotRecords
  /** Epoch milliseconds in place of Redis's own clock. */
  readonly now?: (() => number) | undefined
}

/** Sessions in Redis: one hash per user, one packed field per device, one script per command. */
export function createRedisSessionCommands({
  redis,
  keyPrefix,
  deadline,
  fences,
  limits,
  snapshots,
  ...options
}: Options): SessionCommands {
  const { idleMs, maxAgeMs, graceMs, maxDevicesPerUser } = limits
  const script = (name: string) => createSessionScript(redis, name, deadline, fences)
  const run = {
    open: script('open'),
    rotate: script('rotate'),
    read: script('read'),
    list: script('list'),
    end: script('end'),
    forget: script('forget'),
    restore: script('restore'),
    fillSnapshot: script('fill-snapshot'),
  }
  const keyOf = (userId: string): string => userKey(keyPrefix, userId)
  const now = (): number | '' => options.now?.() ?? ''

  // A new one for each command: what was read under a lease that is gone must not land under the next.
  const storeId = randomUUID()
  let leases = 0
  const newNonce = (): string => `${storeId}:${++leases}`

  return {
    async open({ userId, deviceId, sid, delivery, deviceName, client: { userAgent, ip }, snapshot }) {
      const device = [delivery, deviceName, userAgent, ip]
      const times = [now(), idleMs, maxAgeMs]
      const args = [deviceId, sid, ...times, maxDevicesPerUser, ...device, snapshots.encode(userId, snapshot)]
      return toOpening(userId, (await run.open(keyOf(userId), args)) as OpenReply)
    },

    async rotate({ userId, deviceId, sid, generation, expiresAtMs }, { userAgent, ip }) {
      const times = [now(), idleMs, maxAgeMs, graceMs]
      const args = [deviceId, sid, generation, expiresAtMs, ...times, newNonce(), userAgent, ip]
      const reply = (await run.rotate(keyOf(userId), args)) as RotateReply
      return toRotation(reply, (record) => snapshots.decode(userId, record))
    },

    async findLive({ userId, deviceId, sid }) {
      const args = [deviceId, sid, now(), idleMs, maxAgeMs, newNonce()]
      const reply = (await run.read(keyOf(userId), args)) as ReadReply
      return toLiveSession(reply, (record) => snapshots.decode(userId, record))
    },

    async fillSnapshot(userId, replaced, snapshot) {
      await run.fillSnapshot(keyOf(userId), [replaced, snapshots.encode(userId, snapshot)])
    },

    invalidateSnapshot: createSnapshotInvalidation({ redis, keyPrefix, deadline, fences }),

    async list(userId) {
      const rows = (await run.list(keyOf(userId), [now(), idleMs, maxAgeMs])) as ListRow[]
      return rows.map(toDeviceSession)
    },

    async end({ userId, deviceId, sid, reason, isRenewed = false, at }) {
      await run.end(keyOf(userId), [deviceId, sid, reason, at?.getTime() ?? now(), isRenewed ? graceMs : 0])
    },

    async forget(userId) {
      await run.forget(keyOf(userId), [])
    },

    async restore({ userId, deviceId, sid, createdAt, delivery, deviceName }) {
      const times = [createdAt.getTime(), now(), idleMs, maxAgeMs]
      await run.restore(keyOf(userId), [deviceId, sid, ...times, delivery, deviceName])
    },
  }
}
