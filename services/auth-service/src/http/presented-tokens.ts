import { ACCESS_COOKIE, assertSameOrigin, readBearer, readCookie } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import { REFRESH_COOKIE } from './token-delivery.ts'

type RefreshTokenRequest = FastifyRequest<{ Body: { refreshToken?: string } }>

export type PresentedRefreshToken = { readonly token: string; readonly fromCookie: boolean }

/** Every token of a request, unchecked. */
export type PresentedTokens = { readonly accessTokens: readonly string[]; readonly refreshTokens: readonly string[] }

/**
 * The refresh token of a request: the body's, else the cookie's. A cookie counts only on a request from our own origin or an
 * allowed one.
 * @throws `csrf_rejected`; `invalid_request` when the cookie is there twice
 */
export function presentedRefreshToken(
  request: RefreshTokenRequest,
  allowedOrigins: readonly string[],
): PresentedRefreshToken | undefined {
  const inBody = request.body.refreshToken
  if (inBody !== undefined) return { token: inBody, fromCookie: false }
  const inCookie = readCookie(request, REFRESH_COOKIE)
  if (inCookie === undefined) return undefined
  assertSameOrigin(request, allowedOrigins)
  return { token: inCookie, fromCookie: true }
}

/**
 * All tokens that a request carries: a refresh token in the body and in its cookie, an access token in the header and in its
 * cookie.
 * @throws `csrf_rejected` when a cookie comes from another origin; `invalid_request` for two cookies of one name, or two
 * Authorization headers
 */
export function presentedTokens(request: RefreshTokenRequest, allowedOrigins: readonly string[]): PresentedTokens {
  const bearer = readBearer(request)
  const accessCookie = readCookie(request, ACCESS_COOKIE)
  const refreshCookie = readCookie(request, REFRESH_COOKIE)
  if (accessCookie !== undefined || refreshCookie !== undefined) assertSameOrigin(request, allowedOrigins)
  const isPresent = (token: string | undefined): token is string => token !== undefined
  return {
    accessTokens: [bearer, accessCookie].filter(isPresent),
    refreshTokens: [request.body.refreshToken, refreshCookie].filter(isPresent),
  }
}
