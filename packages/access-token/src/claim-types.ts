/** Letters, digits and joiners: one and the same text in a store's key, a path, a header and a log line. */
const identifierPattern = /^[\w-][\w.-]{0,255}$/
const textPattern = /^[^\p{Cc}\p{Cs}]{1,320}$/u
const scopePattern = /^(?:[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*)?$/
/** In characters. Latchkey issues no token of more than 3,500 bytes, so no list of scopes is longer. */
const maxScopeLength = 3500
/** The end of the year 9999, in seconds since 1970: what lies beyond is no time of a token. */
export const MAX_TIME = 253_402_300_799

/** The form of a device id, which a client may choose. Also the form of a `did` claim. */
export const DEVICE_ID: RegExp = /^[A-Za-z0-9_-]{8,64}$/

/**
 * A user, a client, a session, a token or a role: 1 to 256 letters, digits, `_`, `-` and `.`, not starting with a dot. Everyone
 * who holds a shared key can sign any text, and stores are asked for what a token says.
 */
export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && identifierPattern.test(value)
}

export function isDeviceId(value: unknown): value is string {
  return typeof value === 'string' && DEVICE_ID.test(value)
}

/** Text for people: up to 320 characters of Unicode, no control characters, no lone surrogates. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && textPattern.test(value)
}

/** Scope tokens with one space between them (RFC 6749 section 3.3), or nothing. */
export function isScopeList(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxScopeLength && scopePattern.test(value)
}

/** Whole seconds since 1970. RFC 7519 allows fractions; we never sign one, and infinity must not mean "for ever". */
export function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIME
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
