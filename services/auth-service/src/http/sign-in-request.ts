import { assertSameOrigin, readCookie } from '@latchkey/resource-server'
import { Text } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { Delivery } from '../sessions/session.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import { clientContext } from './client-context.ts'
import { describeUserAgent } from './describe-user-agent.ts'
import { presentedDevice } from './presented-device.ts'
import { DeviceToken } from './schemas/credentials.ts'
import { REFRESH_COOKIE } from './token-delivery.ts'

/** Members of the body of every call that signs in. */
export const signInMembers = {
  deviceName: Type.Optional(Text()),
  deviceToken: Type.Optional(DeviceToken),
  delivery: Type.Optional(Type.Union([Type.Literal('hybrid'), Type.Literal('cookie'), Type.Literal('body')])),
}

type Chosen = {
  readonly delivery: Delivery
  readonly deviceName?: string | undefined
  readonly deviceId?: string | undefined
  readonly deviceToken?: string | undefined
}

export type SignInServices = {
  readonly devices: Pick<KnownDevices, 'read'>
  readonly allowedOrigins: readonly string[]
}

/**
 * What a request says of the sign-in that it asks for. To be called before anything is checked or changed: a request that may be
 * answered with cookies must come from our own pages or an allowed origin, or another site could sign a browser in to an account of
 * its choice.
 * @throws `csrf_rejected`; `invalid_request` when a cookie is there twice, or `deviceId` and `deviceToken` name two devices
 */
export function signInOf(request: FastifyRequest, chosen: Chosen, services: SignInServices): SignIn {
  const { delivery } = chosen
  const setsCookies = delivery !== 'body'
  if (setsCookies) assertSameOrigin(request, services.allowedOrigins)
  const client = clientContext(request)
  return {
    device: presentedDevice(request, services.devices, chosen),
    deviceName: chosen.deviceName ?? '',
    deviceDescription: describeUserAgent(client.userAgent),
    delivery,
    client,
    replaces: setsCookies ? readCookie(request, REFRESH_COOKIE) : undefined,
  }
}
