export type TokenAnswer = { readonly accessToken: string; readonly expiresInSeconds: number }

/** The `b64token` of RFC 6750 section 2.1, as long as most servers' header limits let one be. */
const tokenPattern = /^[\w.~+/-]{1,8192}={0,2}$/
const LONGEST_SECONDS = 24 * 3600

/**
 * Reads a successful answer of a token endpoint (RFC 6749 section 5.1). `expires_in` is required: without it nobody would
 * know when to ask again. A life of more than a day counts as one.
 *
 * @returns undefined when it is not what it should be
 */
export function parseTokenAnswer(text: string): TokenAnswer | undefined {
  const answer = parseObject(text)
  if (answer === undefined) return undefined
  const { access_token: accessToken, token_type: type, expires_in: life } = answer
  if (typeof accessToken !== 'string' || !tokenPattern.test(accessToken)) return undefined
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return undefined
  if (typeof life !== 'number' || !Number.isSafeInteger(life) || life <= 0) return undefined
  return { accessToken, expiresInSeconds: Math.min(life, LONGEST_SECONDS) }
}

const refusals: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
])

/** The code of an error answer (RFC 6749 section 5.2) if it is one of those: free text could repeat what was sent. */
export function parseRefusal(text: string): string | undefined {
  const code = parseObject(text)?.error
  return typeof code === 'string' && refusals.has(code) ? code : undefined
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
