import type { FastifyRequest } from 'fastify'
import { AccessError } from './access-error.ts'
import { readCookie } from './read-cookie.ts'
import { assertSameOrigin } from './same-origin.ts'

/** The cookie that may carry the access token. `__Host-`: set by this host alone, over https, for all its paths. */
export const ACCESS_COOKIE = '__Host-access'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Finds the token of a request: in the Authorization header (RFC 6750 section 2.1), else in {@link ACCESS_COOKIE}.
 * The URI is no place for a token (RFC 9700 section 4.3.2), and a second token there is refused.
 *
 * @returns the token as it was sent, unchecked
 * @throws {AccessError} `unauthenticated`, `invalid_request`, `csrf_rejected`
 */
export function readToken(request: FastifyRequest, allowedOrigins: readonly string[]): string {
  const hasHeader = request.headers.authorization !== undefined
  const token = hasHeader ? readBearer(request) : readTokenCookie(request, allowedOrigins)
  if (token === undefined) throw new AccessError('unauthenticated')
  if (hasQueryToken(request)) throw malformed('A second access token is in the URI.')
  return token
}

/**
 * The token in the Authorization header (RFC 6750 section 2.1), unchecked; undefined without the header, or with another scheme.
 *
 * @throws {AccessError} `invalid_request` for several headers, or one without a token
 */
export function readBearer(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  if (authorization === undefined) return undefined
  // Node keeps the first of several Authorization headers, and the sender may have meant another one.
  if (countAuthorizationHeaders(request.raw.rawHeaders) > 1) {
    throw malformed('There is more than one Authorization header.')
  }
  const [scheme = ''] = /^[^ \t,]*/.exec(authorization) ?? []
  if (scheme.toLowerCase() !== 'bearer') return undefined
  const token = authorization.slice(scheme.length).replace(/^ +/, '')
  if (token === '') throw malformed('The Authorization header holds no token.')
  return token
}

function readTokenCookie(request: FastifyRequest, allowedOrigins: readonly string[]): string | undefined {
  const token = readCookie(request, ACCESS_COOKIE)
  if (token !== undefined && !safeMethods.has(request.method)) assertSameOrigin(request, allowedOrigins)
  return token
}

/** @param rawHeaders names and values in turn, as Node has them before it drops what is repeated */
export function countAuthorizationHeaders(rawHeaders: readonly string[]): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count++
  }
  return count
}

function hasQueryToken({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && Object.hasOwn(query, 'access_token')
}

function malformed(detail: string): AccessError {
  return new AccessError('invalid_request', { detail })
}
