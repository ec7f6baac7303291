import type { Delivery, DeviceSession, EndReason, SessionEnd, UserSnapshot } from './session.ts'
import type { LiveSession, Opening, Rotation, SnapshotMissing, StoredSnapshot } from './session-commands.ts'

// What the scripts in lua/ return. Times are epoch milliseconds.

export type OpenReply = ['opened', issuedAtMs: number, expiresAtMs: number] | ['must_end', ...string[]]
type SnapshotMissingReply = ['snapshot_missing', lease: string]
export type RotateReply =
  | SnapshotMissingReply
  | [outcome: 'ended', reason: EndReason]
  | [outcome: 'superseded' | 'reused']
  | [
      outcome: 'rotated' | 'replayed' | 'recovered',
      generation: number,
      issuedAtMs: number,
      expiresAtMs: number,
      delivery: Delivery,
      deviceName: string,
      snapshot: string,
    ]
export type ReadReply = SnapshotMissingReply | ['ended'] | ['live', deviceName: string, snapshot: string]
export type ListRow = [
  deviceId: string,
  sid: string,
  deviceName: string,
  userAgent: string,
  ip: string,
  createdAtMs: number,
  lastSeenAtMs: number,
  expiresAtMs: number,
  delivery: Delivery,
]

/** Reads the record of a user's snapshot. Undefined for one that does not count. */
export type DecodeSnapshot = (record: string) => UserSnapshot | undefined

const toStoredSnapshot = (record: string, decode: DecodeSnapshot): StoredSnapshot => decode(record) ?? { record }

export function toRotation(reply: RotateReply, decode: DecodeSnapshot): Rotation<StoredSnapshot> | SnapshotMissing {
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
      const [outcome, generation, issuedAtMs, expiresAtMs, delivery, deviceName, snapshot] = reply
      const issued = { generation, issuedAtMs, expiresAtMs }
      return { outcome, issued, delivery, deviceName, snapshot: toStoredSnapshot(snapshot, decode) }
    }
  }
}

export function toLiveSession(
  reply: ReadReply,
  decode: DecodeSnapshot,
): LiveSession<StoredSnapshot> | SnapshotMissing | undefined {
  switch (reply[0]) {
    case 'snapshot_missing':
      return { outcome: reply[0], lease: reply[1] }
    case 'ended':
      return undefined
    case 'live':
      return { deviceName: reply[1], snapshot: toStoredSnapshot(reply[2], decode) }
  }
}

export function toDeviceSession(row: ListRow): DeviceSession {
  const [deviceId, sid, deviceName, userAgent, ip, createdAtMs, lastSeenAtMs, expiresAtMs, delivery] = row
  return {
    deviceId,
    sid,
    deviceName,
    delivery,
    userAgent,
    ip,
    createdAt: new Date(createdAtMs),
    lastSeenAt: new Date(lastSeenAtMs),
    expiresAt: new Date(expiresAtMs),
  }
}

export function toOpening(userId: string, [outcome, ...rest]: OpenReply): Opening {
  if (outcome === 'opened') {
    const [issuedAtMs, expiresAtMs] = rest as [number, number]
    return { outcome, issued: { generation: 1, issuedAtMs, expiresAtMs } }
  }
  const triples = rest as string[]
  const ends: SessionEnd[] = []
  for (let i = 0; i < triples.length; i += 3) {
    ends.push({ userId, deviceId: triples[i] ?? '', sid: triples[i + 1] ?? '', reason: triples[i + 2] as EndReason })
  }
  return { outcome, ends }
}
