// What is sent to a token endpoint, and how its answers are read. Own code rather than oauth4webapi: that escapes `-._*` in
// credentials, which servers that do not decode them refuse; reads `expires_in` with parseFloat, so that "1 h" is a second; takes
// any text for a token, line breaks included; and loses the error code of a 401 that has a challenge.

/**
 * HTTP Basic of an OAuth client: id and secret are form-urlencoded, then joined (RFC 6749 section 2.3.1 and appendix B). Colons
 * and letters outside ASCII survive.
 */
export function basicCredentials(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')}`
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

export type TokenAnswer = { readonly accessToken: string; readonly expiresInSeconds: number }

/** The `b64token` of RFC 6750 section 2.1, no longer than the header limits of most servers. */
const tokenPattern = /^[\w.~+/-]{1,8192}={0,2}$/
const LONGEST_SECONDS = 24 * 3600

/**
 * Reads a successful answer (RFC 6749 section 5.1). `expires_in` is required: it says when to ask for the next token. More than a
 * day counts as a day.
 *
 * @returns undefined for anything that is not such an answer
 */
export function parseTokenAnswer(text: string): TokenAnswer | undefined {
  const answer = parseObject(text)
  if (answer === undefined) return undefined
  const { access_token: accessToken, token_type: type, expires_in: expiresIn } = answer
  if (typeof accessToken !== 'string' || !tokenPattern.test(accessToken)) return undefined
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return undefined
  if (typeof expiresIn !== 'number' || !Number.isSafeInteger(expiresIn) || expiresIn <= 0) return undefined
  return { accessToken, expiresInSeconds: Math.min(expiresIn, LONGEST_SECONDS) }
}

const errorCodes: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
])

/** The code of an error answer (RFC 6749 section 5.2); undefined for other texts, which could repeat what was sent. */
export function parseErrorCode(text: string): string | undefined {
  const code = parseObject(text)?.error
  return typeof code === 'string' && errorCodes.has(code) ? code : undefined
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
