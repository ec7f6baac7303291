// Our own: JWT libraries decode base64url and UTF-8 leniently, so that one token has many spellings, and what is known about
// one of them (that it is revoked, that it was seen) is not known about the others.
import { isUtf8 } from 'node:buffer'
import { TokenError } from './token-error.ts'

/** In characters: far more than we sign, and little work for a parser. */
const maxTokenLength = 8192

export type CompactToken = { header: string; payload: string; signature: string }

/**
 * Splits a JWS in compact form (RFC 7515 section 3.1): three non-empty parts, nothing around or between them.
 *
 * @throws {TokenError} `invalid_token`
 */
export function splitToken(token: string): CompactToken {
  if (token.length > maxTokenLength) throw new TokenError('invalid_token', 'longer than 8192 characters')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second <= first + 1 || second === token.length - 1 || token.includes('.', second + 1)) {
    throw new TokenError('invalid_token', 'not three parts')
  }
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
  }
}

/**
 * Decodes base64url in its one canonical spelling: no padding, no foreign character, no set bit beyond the last octet.
 * Were two spellings accepted, one token would have two names (RFC 8725 section 3.7, RFC 4648 section 3.5).
 *
 * @throws {TokenError} `invalid_token`
 */
export function decodeCanonical(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) throw new TokenError('invalid_token', 'not canonical base64url')
  return bytes
}

/**
 * Decodes a part that holds UTF-8 text. A lenient decoder would let different octets pass for the same text.
 *
 * @throws {TokenError} `invalid_token`
 */
export function decodeSegment(segment: string): Buffer {
  const bytes = decodeCanonical(segment)
  if (!isUtf8(bytes)) throw new TokenError('invalid_token', 'not UTF-8')
  return bytes
}
