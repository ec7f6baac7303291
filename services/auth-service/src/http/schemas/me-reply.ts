import { type Static, Type } from 'typebox'
import type { LiveSession } from '../live-bearer.ts'
import { DeviceReply, ScopesReply, UserReply } from './user.ts'

export const MeReply = Type.Object({ user: UserReply, device: DeviceReply, scopes: ScopesReply })

/** The device that a request comes from. */
export const toDevice = ({ key, deviceName }: LiveSession): Static<typeof DeviceReply> => ({
  id: key.deviceId,
  name: deviceName,
})
