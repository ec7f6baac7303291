import { type Static, Type } from 'typebox'
import { describeUserAgent } from '../describe-user-agent.ts'
import type { LiveSession } from '../live-bearer.ts'
import { DeviceReply, ScopesReply, UserReply } from './user.ts'

export const MeReply = Type.Object({ user: UserReply, device: DeviceReply, scopes: ScopesReply })

/** The device that a request comes from. One without a name is called after its browser. */
export const toDevice = (
  { key, deviceName }: LiveSession,
  userAgent: string | undefined,
): Static<typeof DeviceReply> => ({
  id: key.deviceId,
  name: deviceName || describeUserAgent(userAgent ?? ''),
})
