import { invalidInput } from '@latchkey/problems'

/** A text of RFC 9651, section 3.3.3, as draft-ietf-httpapi-idempotency-key-header has it. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/
/** The same without its quotes, as most clients send it. A comma would be two headers in one. */
const BARE = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/

const MAX_LENGTH = 255

/** The key in an Idempotency-Key header; undefined when there is none. Quotes make no difference. */
export function idempotencyKeyOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  const key = QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1') ?? BARE.exec(text)?.[0]
  if (key === undefined || key.length > MAX_LENGTH) {
    const message = `must be one key of 1 to ${MAX_LENGTH} printable ASCII characters, like "8e03978e-40d5-43e8-bc93-6894a57f9324"`
    throw invalidInput({ path: 'headers/idempotency-key', message })
  }
  return key
}
