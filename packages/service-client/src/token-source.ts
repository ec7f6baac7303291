import type { Pacing } from './client-options.ts'
import { untilAborted } from './deadline.ts'
import { createHoldOff } from './hold-off.ts'
import { ServiceCallError } from './service-call-error.ts'
import type { IssuedToken, TokenFailure, TokenRequest } from './token-request.ts'

/** Passed by identity: two tokens are the same if they are the same object. */
export type AccessToken = { readonly text: string }

export type TokenSource = {
  /**
   * A token that should still be good when it arrives.
   *
   * @throws {ServiceCallError} `token_refused`, `token_unavailable`; the signal's reason when it is aborted meanwhile
   */
  get(signal: AbortSignal): Promise<AccessToken>
  /** The service calls this token invalid. Says whether {@link get} may now give another one. */
  reject(token: AccessToken): boolean
}

type KeptToken = AccessToken & { readonly renewAtMs: number; readonly uselessAtMs: number }

/** A service that refuses every token must not turn each call into a token request. */
const REPLACED_EVERY_MS = 1000

/**
 * Keeps one token for all calls. In the last tenth or two of its life the first call that comes by has the next one
 * fetched, and goes on with the old one: a token endpoint that is away for a while is not noticed.
 */
export function createTokenSource(tokenRequest: TokenRequest, pacing: Pacing): TokenSource {
  const { now, random } = pacing
  const holdOff = createHoldOff(pacing)
  let kept: KeptToken | undefined
  let flight: Promise<KeptToken | TokenFailure> | undefined
  let replacedAtMs = Number.NEGATIVE_INFINITY

  const renew = (): Promise<KeptToken | TokenFailure> => {
    flight ??= fetchToken().finally(() => {
      flight = undefined
    })
    return flight
  }

  async function fetchToken(): Promise<KeptToken | TokenFailure> {
    const result = await tokenRequest.ask()
    if ('code' in result) {
      holdOff.begin(result)
      return result
    }
    holdOff.end()
    kept = keep(result, random)
    return kept
  }

  return {
    async get(signal) {
      const nowMs = now()
      const failure = holdOff.current()
      if (kept !== undefined && nowMs < kept.uselessAtMs) {
        if (nowMs >= kept.renewAtMs && failure === undefined) void renew()
        return kept
      }
      const result = failure ?? (await untilAborted(renew(), signal))
      if ('code' in result) throw new ServiceCallError(result.code, result.message, result.status)
      return result
    },
    reject(token) {
      if (token !== kept) return true
      if (now() < replacedAtMs + REPLACED_EVERY_MS) return false
      replacedAtMs = now()
      kept = undefined
      return true
    },
  }
}

/**
 * Its life counts from when it was asked for. Renewed after 80 to 90 % of it, by chance, so that replicas that started
 * together do not ask together; not used in its last tenth or five seconds, whichever is less.
 */
function keep({ accessToken, expiresInSeconds, askedAtMs }: IssuedToken, random: () => number): KeptToken {
  const lifeMs = expiresInSeconds * 1000
  return {
    text: accessToken,
    renewAtMs: askedAtMs + Math.round(lifeMs * (0.8 + 0.1 * random())),
    uselessAtMs: askedAtMs + lifeMs - Math.min(5000, lifeMs * 0.1),
  }
}
