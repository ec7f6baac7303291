import { Headers } from 'undici'
import type { OutboundCall } from './call-options.ts'
import { ConnectionFailure } from './connection-failure.ts'
import { discard } from './response-body.ts'
import type { AccessToken, TokenSource } from './token-source.ts'
import type { Outcome, Transport } from './transport.ts'

/**
 * Makes the function that sends a call with our token, and sends it again on each retry. Once per call it replaces a token that the
 * service calls invalid and repeats the request, whatever its method: a 401 means that nothing was done.
 */
export function authorizedSend(
  { request, isResendable }: OutboundCall,
  { tokens, transport }: { tokens: TokenSource; transport: Transport },
  signal: AbortSignal,
): () => Promise<Outcome> {
  let isReplaced = false

  const sendWith = ({ text }: AccessToken): Promise<Outcome> => {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${text}`)
    return transport.send({ ...request, headers }, signal)
  }

  return async () => {
    const token = await tokens.get(signal)
    const outcome = await sendWith(token)
    if (isReplaced || !refusesToken(outcome)) return outcome
    isReplaced = true
    // The token is replaced even if this body can't be sent again: the next call needs a new one, too.
    if (!tokens.reject(token) || !isResendable) return outcome
    discard(outcome)
    return sendWith(await tokens.get(signal))
  }
}

/** RFC 6750 section 3.1. With other 401s a new token would not help. */
function refusesToken(outcome: Outcome): outcome is Response {
  if (outcome instanceof ConnectionFailure || outcome.status !== 401) return false
  const challenge = outcome.headers.get('www-authenticate') ?? ''
  return /(?:^|[,\s])Bearer\s/i.test(challenge) && /\berror="?invalid_token(?:["\s,]|$)/i.test(challenge)
}
