import type { FastifyRequest } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

/**
 * Refuses a body in any coding but `identity` before it is parsed (RFC 9110, section 15.5.16), on every route. A compressed body
 * would have to be measured while it is unpacked, and no client needs one.
 */
export function refuseContentCodings(app: AppInstance): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (isCoded(request) && hasBody(request)) {
      const detail = 'The body must not be compressed: send it without Content-Encoding.'
      done(new edgeProblems.unsupported_media_type({ detail, headers: { 'accept-encoding': 'identity' } }))
    } else {
      done(null, payload)
    }
  })
}

function isCoded({ headers }: FastifyRequest): boolean {
  const codings = headers['content-encoding']
  if (codings === undefined) return false
  return codings.split(',').some((coding) => !['', 'identity'].includes(coding.trim().toLowerCase()))
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
