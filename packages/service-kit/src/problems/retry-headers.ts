import type { ConcurrencyLimit, RateLimit } from '@latchkey/problems'

type Refusal = {
  readonly retryAfterSeconds?: number | undefined
  readonly rateLimit?: RateLimit | ConcurrencyLimit | undefined
}

/**
 * When a refused call may be repeated (RFC 9110 §10.2.3), and the limit that it reached, if any: its quota and window, nothing of
 * which remains until then (draft-ietf-httpapi-ratelimit-headers-11).
 */
export function retryHeaders({ retryAfterSeconds, rateLimit }: Refusal): Record<string, string> {
  if (retryAfterSeconds === undefined) return {}
  const headers = { 'retry-after': String(retryAfterSeconds) }
  if (rateLimit === undefined) return headers
  const { name, quota } = rateLimit
  const scope = 'windowSeconds' in rateLimit ? `w=${rateLimit.windowSeconds}` : 'qu="concurrent-requests"'
  return {
    ...headers,
    'ratelimit-policy': `"${name}";q=${quota};${scope}`,
    ratelimit: `"${name}";r=0;t=${retryAfterSeconds}`,
  }
}
