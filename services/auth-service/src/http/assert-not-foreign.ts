import { assertSameOrigin } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'

/**
 * For calls that a mailed link authorizes and that answer with a cookie. Another site could give a browser the device of its own link.
 * Programs send neither header; they have nothing in their requests that a page could borrow.
 * @throws `csrf_rejected`
 */
export function assertNotForeign(request: FastifyRequest, allowedOrigins: readonly string[]): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined || site !== undefined) assertSameOrigin(request, allowedOrigins)
}
