import { Type } from 'typebox'
import type { DeviceSession } from '../../sessions/session.ts'
import { describeUserAgent } from '../describe-user-agent.ts'

const SessionBody = Type.Object({
  deviceId: Type.String(),
  deviceName: Type.String(),
  userAgent: Type.String({ description: 'Browser and system, as far as they can be told' }),
  ip: Type.String({ description: 'Address of the last refresh' }),
  createdAt: Type.String({ format: 'date-time' }),
  lastSeenAt: Type.String({ format: 'date-time', description: 'Time of the last refresh' }),
  expiresAt: Type.String({ format: 'date-time' }),
  current: Type.Boolean({ description: 'Whether it is the one that asks' }),
})

export const SessionList = Type.Object({ items: Type.Array(SessionBody), nextCursor: Type.Null() })

const iso = (ms: number): string => new Date(ms).toISOString()

/** A user has few enough devices for one page. */
export function sessionList(sessions: DeviceSession[], currentSid: string | undefined) {
  const items = sessions.map(({ sid, deviceId, deviceName, userAgent, ip, createdAt, lastSeenAt, expiresAt }) => ({
    deviceId,
    deviceName,
    userAgent: describeUserAgent(userAgent),
    ip,
    createdAt: iso(createdAt),
    lastSeenAt: iso(lastSeenAt),
    expiresAt: iso(expiresAt),
    current: sid === currentSid,
  }))
  return { items, nextCursor: null }
}
