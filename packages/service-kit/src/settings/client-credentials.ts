import { assertPlain, BadSetting } from './parsers.ts'

/**
 * Lower case, never like a user's id, and never the product's own: the `sub` of a client's token is its client id, and must not be
 * taken for a user's (RFC 9700 §4.15).
 */
export const CLIENT_ID = /^(?!latchkey$|[0-9a-f]{8}-[0-9a-f]{4}-)[a-z][a-z0-9._-]{2,63}$/
export const CLIENT_ID_RULE =
  'must be 3 to 64 lower-case letters, digits, . _ or -, start with a letter, and be neither a UUID nor latchkey'

const MIN_SECRET_LENGTH = 32
/** A header has to hold it: a character takes up to twelve bytes there, form-urlencoded and in base64. */
const MAX_SECRET_LENGTH = 1024
export const CLIENT_SECRET_RULE = `a secret of ${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH} characters, without outer spaces or control characters`

/** The id of a service client. @throws {BadSetting} */
export function parseClientId(text: string): string {
  if (!CLIENT_ID.test(text)) throw new BadSetting(CLIENT_ID_RULE)
  return text
}

/** @throws {BadSetting} */
export function parseClientSecret(text: string): string {
  if (!isClientSecret(text)) throw new BadSetting(`must be ${CLIENT_SECRET_RULE}`)
  return text
}

/** A secret in JSON may hold by escapes what no setting of one line can. */
export function isClientSecret(text: string): boolean {
  if (text.length < MIN_SECRET_LENGTH || text.length > MAX_SECRET_LENGTH) return false
  try {
    assertPlain(text)
    return true
  } catch {
    return false
  }
}
