import { Readable } from 'node:stream'
import { type AppInstance, edgeProblems, FOREIGN_CHARSET } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'

/** Bytes of a CSV body. */
const MAX_BYTES = 10 * 1024 * 1024

/** Takes `text/csv` in UTF-8 and nothing else in this scope. Nobody reads the body before {@link csvOf} does. */
export function acceptCsv(app: AppInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('text/csv', (request, payload, done) => {
    const { 'content-type': contentType = '', 'content-encoding': coding = 'identity' } = request.headers
    if (FOREIGN_CHARSET.test(contentType)) {
      done(new edgeProblems.unsupported_media_type({ detail: 'CSV is read in UTF-8 only.' }))
    } else if (coding.toLowerCase() !== 'identity') {
      done(new edgeProblems.unsupported_media_type({ detail: 'The body is read as it is; it must not be compressed.' }))
    } else if (Number(request.headers['content-length']) > MAX_BYTES) {
      done(tooLarge())
    } else {
      done(null, payload)
    }
  })
}

/** The body of a request in that scope, as it arrives. */
export function csvOf({ body }: Pick<FastifyRequest, 'body'>): AsyncIterable<Buffer> {
  if (body instanceof Readable) return readBody(body)
  throw new edgeProblems.invalid_request({ detail: 'A CSV body is required.' })
}

/** Leaves the connection open whatever happens: there is an answer to send. */
async function* readBody(payload: Readable): AsyncGenerator<Buffer, void> {
  let size = 0
  try {
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > MAX_BYTES) throw tooLarge()
      yield chunk
    }
  } finally {
    // What nobody reads any more is in the way of the next request.
    payload.resume()
  }
}

function tooLarge(): Error {
  // As much as nobody will read may still come on this connection.
  return new edgeProblems.payload_too_large({ headers: { connection: 'close' } })
}
