import type { AppInstance } from '@latchkey/service-kit'
import { problems } from '../errors.ts'
import { namesChangedTag } from './entity-tag.ts'

const DETAIL =
  'If-Match names a tag that a proxy has changed, as in W/"1" or "1-gzip"; it never matches, even after another read. ' +
  'Turn compression off in the proxy, see "Behind a proxy" in the documentation, or send the number alone in quotes, as in "1".'

/**
 * For routes with entity tags. The comparison for If-Match is the strong one (RFC 9110, section 13.1.1), so a changed tag is 412 for
 * ever: the answer says why. `no-transform` (RFC 9111, section 5.2.2.6) asks proxies to leave the answer, and so its tag, alone.
 */
export function explainChangedTags(app: AppInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.hasHeader('etag')) reply.header('cache-control', 'no-store, no-transform')
    done(null, payload)
  })
  app.setErrorHandler((error, request) => {
    const ifMatch = request.headers['if-match']
    const isExplained = error instanceof problems.version_conflict && ifMatch !== undefined && namesChangedTag(ifMatch)
    // The handler of the whole app answers.
    throw isExplained ? new problems.version_conflict({ detail: DETAIL }) : error
  })
}
