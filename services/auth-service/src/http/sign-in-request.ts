import { DEVICE_ID } from '@latchkey/access-token'
import { assertSameOrigin, readCookie } from '@latchkey/resource-server'
import { Text } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Delivery } from '../sessions/session.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import { clientContext } from './client-context.ts'
import { describeUserAgent } from './describe-user-agent.ts'
import { DEVICE_COOKIE, REFRESH_COOKIE } from './token-delivery.ts'

/** Members of the body of every call that signs in. */
export const signInMembers = {
  deviceName: Type.Optional(Text()),
  delivery: Type.Optional(Type.Union([Type.Literal('hybrid'), Type.Literal('cookie'), Type.Literal('body')])),
}

type Chosen = {
  readonly delivery: Delivery
  readonly deviceName?: string | undefined
  readonly deviceId?: string | undefined
}

/**
 * What a request says of the sign-in that it asks for. To be called before anything is checked or changed: a request that may be
 * answered with cookies must come from our own pages or an allowed origin, or another site could sign a browser in to an account of
 * its choice.
 * @throws `csrf_rejected`; `invalid_request` when the refresh cookie is there twice
 */
export function signInOf(request: FastifyRequest, chosen: Chosen, allowedOrigins: readonly string[]): SignIn {
  const { delivery, deviceId = knownDevice(readCookie(request, DEVICE_COOKIE)) } = chosen
  const setsCookies = delivery !== 'body'
  if (setsCookies) assertSameOrigin(request, allowedOrigins)
  const client = clientContext(request)
  return {
    deviceId,
    deviceName: chosen.deviceName ?? '',
    deviceDescription: describeUserAgent(client.userAgent),
    delivery,
    client,
    replaces: setsCookies ? readCookie(request, REFRESH_COOKIE) : undefined,
  }
}

/** A cookie without a device id is ignored: it was not set here, and is no reason to refuse the sign-in. */
const knownDevice = (cookie: string | undefined): string | undefined =>
  cookie && DEVICE_ID.test(cookie) ? cookie : undefined
