import { AuthError, type Failure, type Problem } from './auth-error.ts'
import type { HeldSession } from './held-session.ts'
import { type Answer, post } from './http.ts'
import type { Settings } from './options.ts'
import { sleep } from './platform.ts'
import { type EndReason, isGrant } from './session.ts'
import { keepTokens } from './token-store.ts'

/** How long a call waits for a refresh that fails. The next call tries again. */
const PATIENCE_MS = 2000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 1000
/** How long other tabs have to say that they hold a fresh token. */
const ASK_MS = 100
/** How long the next tab waits for its turn after a refresh, so that it hears of it. */
const LINGER_MS = 50

/** Refusals of a refresh token that are final. `token_superseded` is none: a newer one is on its way. */
const verdicts = new Set(['session_ended', 'token_reused', 'unauthenticated', 'invalid_token'])

/**
 * Makes the function that refreshes unless somebody else has. It goes on until there is a fresh token or a verdict, for two seconds at
 * most; whatever is no verdict keeps the session. Repeating is safe: the service answers a repetition with the same refresh token.
 *
 * @returns takes the time since which somebody waits; rejects with an {@link AuthError} when nothing was decided
 */
export function createRefresh(settings: Settings, held: HeldSession): (startedAt: number) => Promise<void> {
  const { delivery, store, now } = settings
  let failures = 0
  let notBefore = 0
  let failure: Failure = { status: 0, body: {} }

  const readToken = async (): Promise<string | undefined> =>
    delivery === 'body' ? (await store.read())?.refreshToken : undefined

  /** @returns whether that settles the matter */
  async function attempt(): Promise<boolean> {
    const refreshToken = await readToken()
    if (delivery === 'body' && refreshToken === undefined) return lose({})
    const sentAt = now()
    const answer = await post(settings, 'refresh', { refreshToken })
    const { ok, status, body } = answer
    // Another program, or another tab, may have signed in or refreshed meanwhile.
    const isOvertaken = refreshToken !== (await readToken())
    if (ok && isGrant(body)) {
      failures = 0
      held.adopt(body, sentAt, held.current()?.id)
      if (!isOvertaken) await keepTokens(store, body)
      return true
    }
    if (held.isFresh()) return true
    if (status === 401 && verdicts.has(body.code ?? '') && !isOvertaken) return lose(body)
    // A fault of the request, which another try does not mend.
    if (status >= 400 && status < 500 && ![401, 408, 429].includes(status)) throw new AuthError(answer)
    pause(answer)
    return false
  }

  async function lose({ code, reason }: Problem): Promise<true> {
    const { deviceToken } = (await store.read()) ?? {}
    await store.write(deviceToken ? { deviceToken } : {})
    const isTold = code === 'session_ended' || code === 'token_reused'
    // Who was never signed in here is not signed out.
    if (!isTold && !held.current()) held.setNone()
    else held.end(code === 'token_reused' ? code : ((reason ?? 'unknown') as EndReason))
    return true
  }

  function pause(answer: Answer): void {
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS)
    notBefore = now() + Math.max(longest * (0.5 + Math.random() / 2), answer.retryAfterMs ?? 0)
    failure = { ...answer, body: { ...answer.body, code: 'unavailable' } }
  }

  return async (startedAt) => {
    const { tabs } = held
    if (held.current() === null || held.isFresh()) return
    if (tabs.isOpen) {
      tabs.post({ kind: 'ask' })
      if (await held.arrivesWithin(ASK_MS)) return
    }
    do {
      const pauseUntil = Math.max(notBefore, held.current()?.keptUntil ?? 0)
      const pauseMs = pauseUntil - now()
      if (pauseMs > 0 && pauseUntil > startedAt + PATIENCE_MS) throw new AuthError(failure)
      if (pauseMs > 0 && (await held.arrivesWithin(pauseMs))) return
    } while (!(await attempt()))
    if (tabs.isOpen) await sleep(LINGER_MS)
  }
}
