import { hasDuplicateMembers } from '@latchkey/problems'
import { decodeSegment } from './compact-token.ts'
import type { Key } from './key-ring.ts'
import { TokenError } from './token-error.ts'

/** What a token is for, as its `typ` header says (RFC 8725 section 3.11). */
export type TokenType = 'at+jwt' | 'rt+jwt' | 'dt+jwt'

export type TokenHeader = { alg: string; typ: TokenType; kid: string }

/** The header that we write: exactly these members in this order. */
export function headerOf(key: Key, typ: TokenType): { alg: Key['algorithm']; typ: TokenType; kid: string } {
  return { alg: key.algorithm, typ, kid: key.kid }
}

/**
 * Reads a header that may hold `alg`, `typ` and `kid` and nothing else: no `crit`, and no key that the token brings
 * along or points to (RFC 7515 section 4.1.11, RFC 8725 section 3.10).
 *
 * @throws {TokenError} `invalid_token`
 */
export function readHeader(segment: string, typ: TokenType): TokenHeader {
  const bytes = decodeSegment(segment)
  const header = parseObject(bytes)
  if (hasDuplicateMembers(bytes, header)) throw new TokenError('invalid_token', 'duplicate header members')
  const { alg, typ: type, kid, ...others } = header
  if (Object.keys(others).length > 0) throw new TokenError('invalid_token', 'unknown header members')
  if (typeof alg !== 'string') throw new TokenError('invalid_token', 'no alg')
  if (typeof kid !== 'string') throw new TokenError('invalid_token', 'no kid')
  // Media types are compared without case, and `application/` may be left out (RFC 7515 section 4.1.9).
  if (typeof type !== 'string' || type.toLowerCase().replace(/^application\//, '') !== typ) {
    throw new TokenError('invalid_token', `typ is not ${typ}`)
  }
  return { alg, typ, kid }
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new TokenError('invalid_token', 'the header is not JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenError('invalid_token', 'the header is not an object')
  }
  return { ...value }
}
