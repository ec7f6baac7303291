import type { FastifyRequest } from 'fastify'
import { AccessError } from './access-error.ts'

/**
 * Reads one cookie by its exact name. Node joins several Cookie headers. Of a name that comes twice one was planted by
 * another site, and nothing says which (RFC 6265 section 8.6): neither is used.
 *
 * @returns the value as it was sent, not decoded; undefined when it is missing or empty
 * @throws {AccessError} `invalid_request` when there are two cookies of this name
 */
export function readCookie(request: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const { cookie } = request.headers
  if (cookie === undefined) return undefined
  let found: string | undefined
  for (const part of cookie.split(';')) {
    const pair = part.trimStart()
    if (!pair.startsWith(`${name}=`)) continue
    if (found !== undefined) throw new AccessError('invalid_request', { detail: `Two cookies are called ${name}.` })
    found = pair.slice(name.length + 1).trimEnd()
  }
  return found === '' ? undefined : found
}
