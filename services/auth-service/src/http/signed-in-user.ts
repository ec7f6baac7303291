import { ACCESS_COOKIE, assertSameOrigin, readBearer, readCookie } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import type { FindLiveBearer } from './live-bearer.ts'

type Services = { readonly findLiveBearer: FindLiveBearer; readonly allowedOrigins: readonly string[] }

/**
 * The id of the user behind the access token of a request that needs none; undefined without one, and for one that is not live. The
 * header decides where there is a cookie as well.
 * @throws `csrf_rejected` for a cookie that comes from another origin
 */
export async function findSignedInUser(
  request: FastifyRequest,
  { findLiveBearer, allowedOrigins }: Services,
): Promise<string | undefined> {
  const token = readBearer(request) ?? readCookie(request, ACCESS_COOKIE)
  if (token === undefined) return undefined
  if (request.headers.authorization === undefined) assertSameOrigin(request, allowedOrigins)
  const bearer = await findLiveBearer(token)
  return 'session' in bearer ? bearer.session?.key.userId : undefined
}
