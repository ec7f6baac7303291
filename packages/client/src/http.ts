import type { Failure, Problem } from './auth-error.ts'
import type { Settings } from './options.ts'

export type Answer = Failure & { readonly ok: boolean }

/**
 * Sends JSON to an endpoint of auth-service. It never rejects: what is no answer has the status 0. No redirect is followed, since
 * passwords and tokens are in the body.
 */
export async function post(
  { base, fetch, delivery, timeoutMs }: Settings,
  path: string,
  body: object,
  token?: string,
): Promise<Answer> {
  try {
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      credentials: delivery === 'body' ? 'omit' : 'include',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return await readAnswer(response)
  } catch (cause) {
    return { ok: false, status: 0, body: {}, cause }
  }
}

/** @throws when the body does not arrive whole */
export async function readAnswer(response: Response): Promise<Answer> {
  const { ok, status, headers } = response
  const body = toObject(await response.text())
  return { ok, status, body, retryAfterMs: Number(headers.get('retry-after')) * 1000 || 0 }
}

function toObject(text: string): Problem {
  try {
    return Object(JSON.parse(text))
  } catch {
    // Of a proxy, say.
    return {}
  }
}
