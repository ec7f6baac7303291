import { List, Moment } from '@latchkey/service-kit'
import { type Static, Type } from 'typebox'
import type { DeviceSession } from '../../sessions/session.ts'
import { describeUserAgent } from '../describe-user-agent.ts'

const SessionReply = Type.Object({
  deviceId: Type.String(),
  deviceName: Type.String(),
  userAgent: Type.String({ description: 'Browser and system, as far as the client names them' }),
  ip: Type.String({ description: 'Address of the last refresh' }),
  createdAt: Moment({ description: 'Time of the sign-in' }),
  lastSeenAt: Moment({ description: 'Time of the last refresh' }),
  expiresAt: Moment(),
  current: Type.Boolean({ description: 'Whether the call is made from this session' }),
})

export const SessionList = List(SessionReply)

/** @param currentSid of the session that the call is made from */
export function toSessionReply(session: DeviceSession, currentSid: string | undefined): Static<typeof SessionReply> {
  const { sid, deviceId, deviceName, userAgent, ip, createdAt, lastSeenAt, expiresAt } = session
  return {
    deviceId,
    deviceName: deviceName || describeUserAgent(userAgent),
    userAgent: describeUserAgent(userAgent),
    ip,
    createdAt,
    lastSeenAt,
    expiresAt,
    current: sid === currentSid,
  }
}
