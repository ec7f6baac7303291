import { ACCESS_COOKIE } from '@latchkey/resource-server'
import type { FastifyReply } from 'fastify'
import type { Static } from 'typebox'
import { DEVICE_TOKEN_TTL_SECONDS } from '../devices/known-devices.ts'
import type { Grant } from '../sessions/grant.ts'
import { describeUserAgent } from './describe-user-agent.ts'
import type { LoginReply } from './schemas/login-reply.ts'
import { scopesOf } from './schemas/user.ts'

/** Browsers send it to /auth only, so no other service on this host receives it. */
export const REFRESH_COOKIE = '__Secure-refresh'
export const DEVICE_COOKIE = '__Host-device'

/** `__Host-` cookies are for every path of the host; a path that a proxy puts in front comes before the others. */
const PATHS = { [ACCESS_COOKIE]: undefined, [REFRESH_COOKIE]: '/auth', [DEVICE_COOKIE]: undefined } as const

type CookieName = keyof typeof PATHS

function setCookie(reply: FastifyReply, name: CookieName, value: string, maxAge: number): void {
  const below = PATHS[name]
  const path = below === undefined ? '/' : reply.server.basePath + below
  reply.setCookie(name, value, { path, maxAge, httpOnly: true, secure: true, sameSite: 'strict' })
}

/** Delivers a grant as its session asks for: a token that goes into a cookie is not in the body. */
export function deliver(reply: FastifyReply, grant: Grant): Static<typeof LoginReply> {
  const { delivery, user, device, scope, accessToken, expiresIn, refreshToken, refreshTokenExpiresIn, deviceToken } =
    grant
  if (delivery !== 'body') {
    setCookie(reply, REFRESH_COOKIE, refreshToken, refreshTokenExpiresIn)
    if (deviceToken !== undefined) deliverDeviceToken(reply, deviceToken)
    if (delivery === 'cookie') setCookie(reply, ACCESS_COOKIE, accessToken, expiresIn)
  }
  reply.header('pragma', 'no-cache')
  return {
    user,
    device: { ...device, name: device.name || describeUserAgent(reply.request.headers['user-agent'] ?? '') },
    ...(delivery === 'body' && deviceToken !== undefined && { deviceToken }),
    scopes: scopesOf(scope),
    tokenType: 'Bearer',
    expiresIn,
    ...(delivery !== 'cookie' && { accessToken }),
    ...(delivery === 'body' && { refreshToken }),
  }
}

/** Lets the browser show at later sign-ins which accounts it knows. */
export function deliverDeviceToken(reply: FastifyReply, deviceToken: string): void {
  setCookie(reply, DEVICE_COOKIE, deviceToken, DEVICE_TOKEN_TTL_SECONDS)
}

/** Removes the tokens from the browser. The device keeps its own, so the next sign-in is on the same device. */
export function clearTokenCookies(reply: FastifyReply): void {
  setCookie(reply, ACCESS_COOKIE, '', 0)
  setCookie(reply, REFRESH_COOKIE, '', 0)
}
