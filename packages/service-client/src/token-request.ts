import { basicCredentials } from './basic-credentials.ts'
import type { ClientSettings } from './client-options.ts'
import { ConnectionFailure } from './connection-failure.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { readText } from './response-body.ts'
import { sendWithRetries } from './retry.ts'
import { retryAfterMs } from './retry-after.ts'
import { ServiceCallError } from './service-call-error.ts'
import { parseRefusal, parseTokenAnswer, type TokenAnswer } from './token-answer.ts'
import { type Outcome, requestHeaders, type Transport } from './transport.ts'

export type IssuedToken = TokenAnswer & { readonly askedAtMs: number }

export type TokenFailure = {
  readonly code: 'token_refused' | 'token_unavailable'
  readonly message: string
  readonly status?: number
  readonly retryAfterMs?: number | undefined
}

export type TokenRequest = {
  /** Asks for a token. Never rejects. */
  ask(): Promise<IssuedToken | TokenFailure>
  /** Ends what is under way. */
  close(): void
}

const MAX_BYTES = 64 * 1024
const RETRIES = 2
/** A verdict on the client. All else, a wrong address included, says nothing about it. */
const verdicts: ReadonlySet<number> = new Set([400, 401, 403])

/** The client credentials grant (RFC 6749 section 4.4). Asking twice changes nothing, so that passing trouble is retried. */
export function createTokenRequest(settings: ClientSettings, transport: Transport): TokenRequest {
  const { tokenUrl, clientId, clientSecret, scope, tokenTimeoutMs: ms, now } = settings
  const name = `The token endpoint ${tokenUrl.origin}${tokenUrl.pathname}`
  const authorization = basicCredentials(clientId, clientSecret)
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) })
  const headers = requestHeaders({ authorization, accept: 'application/json', 'accept-encoding': 'identity' })
  const request = { url: tokenUrl.href, method: 'POST', headers, body: form }
  const underWay = new Set<Deadline>()

  const unavailable = (why: string): TokenFailure => ({ code: 'token_unavailable', message: `${name} ${why}.` })

  async function judge(outcome: Outcome, askedAtMs: number): Promise<IssuedToken | TokenFailure> {
    if (outcome instanceof ConnectionFailure) return unavailable(`could not be reached: ${outcome.reason}`)
    const { status } = outcome
    const text = (await readText(outcome, MAX_BYTES)) ?? ''
    if (status === 200) {
      const answer = parseTokenAnswer(text)
      return answer ? { ...answer, askedAtMs } : { ...unavailable('gave no usable Bearer token'), status }
    }
    if (!verdicts.has(status)) {
      return { ...unavailable(`answered ${status}`), status, retryAfterMs: retryAfterMs(outcome.headers) }
    }
    const reason = [status, parseRefusal(text)].filter((each) => each !== undefined).join(' ')
    return { code: 'token_refused', message: `${name} refused this client: ${reason}.`, status }
  }

  return {
    async ask() {
      const onMiss = (): Error => new ServiceCallError('token_unavailable', `no answer within ${ms} ms`)
      const deadline = startDeadline({ ms, now, onMiss })
      underWay.add(deadline)
      let askedAtMs = now()
      const send = (): Promise<Outcome> => {
        askedAtMs = now()
        return transport.send(request, deadline.signal)
      }
      try {
        const retries = { maxRetries: RETRIES, mayRepeat: () => true, spend: () => true }
        const outcome = await sendWithRetries({ send, ...retries, deadline, pacing: settings })
        const judged = await judge(outcome, askedAtMs)
        deadline.signal.throwIfAborted()
        return judged
      } catch {
        return unavailable(deadline.signal.aborted ? `did not answer within ${ms} ms` : 'could not be asked')
      } finally {
        deadline.clear()
        underWay.delete(deadline)
      }
    },
    close() {
      for (const deadline of underWay) deadline.end(new ServiceCallError('closed', 'closed'))
    },
  }
}
