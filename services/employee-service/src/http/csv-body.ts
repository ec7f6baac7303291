import { Readable } from 'node:stream'
import { type AppInstance, edgeProblems } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'

/** Bytes of a CSV body. */
const MAX_BYTES = 10 * 1024 * 1024

/** A media type that names another charset than UTF-8 and UTF-16. */
const FOREIGN_CHARSET = /;\s*charset=(?!"?utf-?(?:8|16(?:le|be)?)"?\s*(?:;|$))/i

/** Accepts only `text/csv` in UTF-8 or UTF-16 in this scope. The body stays unread until {@link csvOf} reads it. */
export function acceptCsv(app: AppInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('text/csv', (request, payload, done) => {
    const { 'content-type': contentType = '' } = request.headers
    if (FOREIGN_CHARSET.test(contentType)) {
      done(
        new edgeProblems.unsupported_media_type({
          detail: 'CSV must be in UTF-8, or in UTF-16 with a byte order mark.',
        }),
      )
    } else if (Number(request.headers['content-length']) > MAX_BYTES) {
      done(tooLarge())
    } else {
      done(null, payload)
    }
  })
}

/** The body of a request in that scope, in chunks as they arrive. @throws `invalid_request` without a body */
export function csvOf({ body }: Pick<FastifyRequest, 'body'>): AsyncIterable<Buffer> {
  if (body instanceof Readable) return readBody(body)
  throw new edgeProblems.invalid_request({ detail: 'A CSV body is required.' })
}

/** Leaves the connection open in any case: there is an answer to send. */
async function* readBody(payload: Readable): AsyncGenerator<Buffer, void> {
  let size = 0
  try {
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > MAX_BYTES) throw tooLarge()
      yield chunk
    }
  } finally {
    // The unread rest would be in the way of the next request.
    payload.resume()
  }
}

function tooLarge(): Error {
  // More than the service will read may still arrive on this connection.
  return new edgeProblems.payload_too_large({ headers: { connection: 'close' } })
}
