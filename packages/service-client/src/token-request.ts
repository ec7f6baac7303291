import { withDeadline } from '@latchkey/problems'
import type { ClientSettings } from './client-options.ts'
import { ConnectionFailure } from './connection-failure.ts'
import type { TimeLimit } from './deadline.ts'
import { readText } from './response-body.ts'
import { sendWithRetries } from './retry.ts'
import { retryAfterMs } from './retry-after.ts'
import { clientClosed } from './service-call-error.ts'
import { basicCredentials, parseErrorCode, parseTokenAnswer, type TokenAnswer } from './token-messages.ts'
import { type Outcome, requestHeaders, type Transport } from './transport.ts'

export type IssuedToken = TokenAnswer & {
  /** When the request was sent, on the client's own clock: the token's lifetime counts from there. */
  readonly requestedAtMs: number
}

export type TokenFailure = {
  readonly code: 'token_refused' | 'token_unavailable'
  readonly message: string
  readonly status?: number
  readonly retryAfterMs?: number | undefined
}

export type TokenRequest = {
  /** Never rejects. */
  send(): Promise<IssuedToken | TokenFailure>
  /** Aborts the requests that are pending. */
  close(): void
}

const MAX_BYTES = 64 * 1024
const RETRIES = 2
/** A decision on the client. Any other status, of a wrong address for instance, says nothing about it. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403])

/** The client credentials grant (RFC 6749 section 4.4). It is safe to repeat: temporary failures are retried. */
export function createTokenRequest(settings: ClientSettings, transport: Transport): TokenRequest {
  const { tokenUrl, clientId, clientSecret, scope, tokenTimeoutMs: ms, now } = settings
  const name = `The token endpoint ${tokenUrl.origin}${tokenUrl.pathname}`
  const authorization = basicCredentials(clientId, clientSecret)
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) })
  const headers = requestHeaders({ authorization, accept: 'application/json', 'accept-encoding': 'identity' })
  const request = { url: tokenUrl.href, method: 'POST', headers, body: form }
  const closing = new AbortController()

  const unavailable = (why: string): TokenFailure => ({ code: 'token_unavailable', message: `${name} ${why}.` })

  async function sendWithin(limit: TimeLimit): Promise<IssuedToken | TokenFailure> {
    let requestedAtMs = now()
    const send = (): Promise<Outcome> => {
      requestedAtMs = now()
      return transport.send(request, limit.signal)
    }
    const retries = { maxRetries: RETRIES, mayRepeat: () => true, spend: () => true }
    const outcome = await sendWithRetries({ send, ...retries, limit, pacing: settings })
    if (outcome instanceof ConnectionFailure) return unavailable(`could not be reached: ${outcome.reason}`)
    const { status } = outcome
    const text = (await readText(outcome, MAX_BYTES)) ?? ''
    if (status === 200) {
      const answer = parseTokenAnswer(text)
      return answer ? { ...answer, requestedAtMs } : { ...unavailable('gave no usable Bearer token'), status }
    }
    if (!refusals.has(status)) {
      return { ...unavailable(`answered ${status}`), status, retryAfterMs: retryAfterMs(outcome.headers) }
    }
    const reason = [status, parseErrorCode(text)].filter((each) => each !== undefined).join(' ')
    return { code: 'token_refused', message: `${name} refused this client: ${reason}.`, status }
  }

  return {
    async send() {
      const endsAtMs = now() + ms
      let isLate = false
      const onMiss = (): Error => {
        isLate = true
        return new Error('the token is late')
      }
      try {
        const { signal } = closing
        return await withDeadline((limit) => sendWithin({ signal: limit, endsAtMs }), ms, { signal, onMiss })
      } catch {
        return unavailable(isLate ? `did not answer within ${ms} ms` : 'could not be asked')
      }
    },
    close() {
      closing.abort(clientClosed())
    },
  }
}
