import type { PublicError } from '@latchkey/problems'
import { AccessError } from './access-error.ts'

/**
 * Makes the `WWW-Authenticate` header of a refusal (RFC 6750 section 3). Without a token in the request it names no error
 * (section 3.1); a refusal of someone else's that is not about the request itself is one of the token.
 *
 * @param realm names the protected API, usually the audience of its tokens
 */
export function createChallenge(realm: string): (error: PublicError) => string {
  return (error) => {
    const attributes = Object.entries({ realm, ...describe(error) })
    return `Bearer ${attributes.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`
  }
}

function describe(error: PublicError): Record<string, string> {
  if (error instanceof AccessError && error.code === 'unauthenticated') return {}
  const { bearerError = 'invalid_token', requiredScope, message } = error
  return requiredScope === undefined
    ? { error: bearerError, error_description: message }
    : { error: bearerError, scope: requiredScope }
}

/** Printable ASCII without quotes and backslashes, as RFC 6750 section 3 asks for. */
function quotable(value: string): string {
  return value.replaceAll('"', "'").replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, '?')
}
