import { assertSameOrigin, readCookie } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import { REFRESH_COOKIE } from './token-delivery.ts'

export type PresentedRefreshToken = { readonly token: string; readonly fromCookie: boolean }

/**
 * The refresh token of a request: the body's, else the cookie's. A cookie counts only on a request from our own origin or an allowed one.
 * @throws `csrf_rejected`; `invalid_request` when the cookie is there twice
 */
export function presentedRefreshToken(
  request: FastifyRequest<{ Body: { refreshToken?: string } }>,
  allowedOrigins: readonly string[],
): PresentedRefreshToken | undefined {
  const inBody = request.body.refreshToken
  if (inBody !== undefined) return { token: inBody, fromCookie: false }
  const inCookie = readCookie(request, REFRESH_COOKIE)
  if (inCookie === undefined) return undefined
  assertSameOrigin(request, allowedOrigins)
  return { token: inCookie, fromCookie: true }
}
