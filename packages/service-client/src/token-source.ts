import type { Pacing } from './client-options.ts'
import { untilAborted } from './deadline.ts'
import { createHoldOff } from './hold-off.ts'
import { ServiceCallError } from './service-call-error.ts'
import type { IssuedToken, TokenFailure, TokenRequest } from './token-request.ts'

/** Compared by identity: two tokens are the same if they are the same object. */
export type AccessToken = { readonly text: string }

export type TokenSource = {
  /**
   * A token that is still valid when it arrives.
   *
   * @throws {ServiceCallError} `token_refused`, `token_unavailable`; the signal's reason once it aborts
   */
  get(signal: AbortSignal): Promise<AccessToken>
  /** The service calls this token invalid. Returns whether {@link get} may now give another one. */
  reject(token: AccessToken): boolean
}

type CachedToken = AccessToken & { readonly renewAtMs: number; readonly unusableAtMs: number }

/** A service that refuses every token must not turn each call into a token request. */
const REPLACED_EVERY_MS = 1000

/**
 * Keeps one token for all calls. In the last 10 to 20 % of its lifetime the next call has a new one fetched in the background and
 * uses the old one: a short outage of the token endpoint goes unnoticed.
 */
export function createTokenSource(tokenRequest: TokenRequest, pacing: Pacing): TokenSource {
  const { now, random } = pacing
  const holdOff = createHoldOff(pacing)
  let cached: CachedToken | undefined
  let pending: Promise<CachedToken | TokenFailure> | undefined
  let replacedAtMs = Number.NEGATIVE_INFINITY

  const renew = (): Promise<CachedToken | TokenFailure> => {
    pending ??= fetchToken().finally(() => {
      pending = undefined
    })
    return pending
  }

  async function fetchToken(): Promise<CachedToken | TokenFailure> {
    const result = await tokenRequest.send()
    if ('code' in result) {
      holdOff.begin(result)
      return result
    }
    holdOff.end()
    cached = toCachedToken(result, random)
    return cached
  }

  return {
    async get(signal) {
      const nowMs = now()
      const failure = holdOff.current()
      if (cached !== undefined && nowMs < cached.unusableAtMs) {
        if (nowMs >= cached.renewAtMs && failure === undefined) void renew()
        return cached
      }
      const result = failure ?? (await untilAborted(renew(), signal))
      if ('code' in result) throw new ServiceCallError(result.code, result.message, result.status)
      return result
    },
    reject(token) {
      if (token !== cached) return true
      if (now() < replacedAtMs + REPLACED_EVERY_MS) return false
      replacedAtMs = now()
      cached = undefined
      return true
    },
  }
}

/**
 * The lifetime counts from the request. The token is renewed after 80 to 90 % of it, at random, so that replicas that started
 * together do not renew together; it is not used in the last tenth or the last five seconds, whichever is shorter.
 */
function toCachedToken(
  { accessToken, expiresInSeconds, requestedAtMs }: IssuedToken,
  random: () => number,
): CachedToken {
  const ttlMs = expiresInSeconds * 1000
  return {
    text: accessToken,
    renewAtMs: requestedAtMs + Math.round(ttlMs * (0.8 + 0.1 * random())),
    unusableAtMs: requestedAtMs + ttlMs - Math.min(5000, ttlMs * 0.1),
  }
}
