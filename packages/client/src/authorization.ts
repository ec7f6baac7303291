import type { Events } from './events.ts'
import type { HeldSession } from './held-session.ts'
import type { Settings } from './options.ts'
import { platform, toUrl } from './platform.ts'

/** What one call may carry. `fetch` of the client uses it by itself; it is here for other HTTP libraries. */
export type Authorization = {
  /** For `Authorization: Bearer …`. Undefined for a foreign origin, where nobody is signed in, and where a cookie has it. */
  readonly token: string | undefined
  /** Whether to send the call with cookies: `credentials: 'include'`, `withCredentials`. */
  readonly withCookies: boolean
  /**
   * To be called when the answer is 401: refreshes where that helps, once for all calls.
   *
   * @returns whether to send the call once more, with a new authorization
   * @throws {AuthError} nothing was decided: the session may be good
   */
  refused(refusal: Refusal): Promise<boolean>
}

export type Refusal = {
  /** The `code` in the body. */
  readonly code?: string | undefined
  /** The header `WWW-Authenticate`. */
  readonly challenge?: string | null | undefined
}

/** @throws {AuthError} no usable token at the moment; @throws the signal's reason */
export type Authorize = (url: string | URL, signal?: AbortSignal) => Promise<Authorization>

/** With a new token there may be another answer. `invalid_token` is what services say that know no more, and after a change of keys. */
const curable = new Set(['token_expired', 'token_revoked', 'invalid_token'])

const nothing: Authorization = { token: undefined, withCookies: false, refused: async () => false }

/** @param refresh one for all */
export function createAuthorize(
  { base, origins, delivery, now }: Settings,
  { held, events, refresh }: { held: HeldSession; events: Events; refresh: () => Promise<void> },
): Authorize {
  return async (target, signal) => {
    const url = toUrl(target)
    if (!origins.has(url.origin)) return nothing
    const known = held.current()
    // A cookie may be good, whatever is known.
    if (known === undefined ? delivery !== 'cookie' : known && now() >= known.expiresAt) {
      await unlessAborted(refresh(), signal)
    } else if (known && !held.isFresh()) refresh().catch(() => {})

    held.use()
    const sent = held.current()
    const isOwn = base.startsWith(`${url.origin}/`)
    const needsCookies = delivery === 'cookie' || (delivery === 'hybrid' && (isOwn || (!!sent && !sent.token)))
    return {
      token: sent?.token,
      // Calls of a page to its own origin have them anyway.
      withCookies: needsCookies && url.origin !== platform.location?.origin,
      async refused({ code, challenge }) {
        // RFC 6750 section 3, where the body says nothing.
        const error = code ?? challenge?.match(/\berror="?(\w+)/)?.[1] ?? 'unauthenticated'
        if (error === 'insufficient_user_authentication') {
          events.emit('stepUp', { url: url.href, challenge: challenge ?? null })
        }
        // A cookie goes with its token's life, and the call without it.
        const isCurable = curable.has(error) || (error === 'unauthenticated' && !sent?.token)
        if (sent === null || !isCurable) return false
        if (sent) held.discard(sent)
        if (!held.isFresh()) await unlessAborted(refresh(), signal)
        return !!held.current()
      },
    }
  }
}

function unlessAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort))
}
