// Our own: see jwks-follower.ts. No redirect, and no body beyond a bound, is accepted.
import type { JwksOptions } from './jwks-options.ts'

/** Some hundred keys; an issuer has two or three. */
const MAX_BYTES = 64 * 1024

/** Fetches the text of a JWK Set. Rejects when there is no answer in time, another status or too long a body. */
export async function fetchJwks({ jwksUrl, timeoutMs }: Required<JwksOptions>, signal: AbortSignal): Promise<string> {
  const response = await fetch(jwksUrl, {
    // It is fetched because something has changed: a cache on the way must not answer.
    headers: { accept: 'application/jwk-set+json, application/json', 'cache-control': 'no-cache' },
    // The keys are where the issuer says, and nowhere else.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`the key set was answered with ${response.status}`)
  }
  return readText(response)
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`the key set is larger than ${MAX_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
