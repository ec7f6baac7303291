import { isUtf8 } from 'node:buffer'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
/** A media type that names another charset than UTF-8. */
const FOREIGN_CHARSET = /;\s*charset=(?!"?utf-?8"?\s*(?:;|$))/i

/**
 * Reads bodies of `mediaType` as JSON: strict UTF-8 without a byte order mark (RFC 8259, section 8.1), and no `__proto__` or
 * `constructor.prototype` member in any spelling. An empty body counts as no body, which a route with a body schema refuses.
 */
export function addJsonParser(app: AppInstance, mediaType: string): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const contentType = request.headers['content-type']
    if (contentType !== mediaType && FOREIGN_CHARSET.test(contentType ?? '')) {
      done(new edgeProblems.unsupported_media_type({ detail: 'JSON must be encoded in UTF-8.' }), undefined)
    } else if (!isUtf8(body) || body.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
      done(
        new edgeProblems.invalid_request({ detail: 'The body is not UTF-8, or it starts with a byte order mark.' }),
        undefined,
      )
    } else if (body.length === 0) {
      done(null, undefined)
    } else {
      parse(request, body.toString('utf8'), done)
    }
  })
}
