// Our own: no JSON parser of JavaScript reports a member that comes twice. JSON.parse keeps the last one, others the first.

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const maxDepth = 8

/**
 * Whether a JSON text has some member twice, at any level, also when one of the two is spelled with escapes. Such a token means
 * different things to different verifiers (RFC 7519 section 4). In a valid text each member has exactly one colon outside of
 * strings: of two that are the same the parsed value keeps one, and so holds fewer members. Values nested deeper than 8 levels
 * count as ambiguous too.
 *
 * @param bytes the text that `parsed` was parsed from, UTF-8
 */
export function hasDuplicateMembers(bytes: Uint8Array, parsed: Readonly<Record<string, unknown>>): boolean {
  return countColons(bytes) !== countMembers(parsed, 1)
}

function countColons(bytes: Uint8Array): number {
  const { length } = bytes
  let colons = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]
    if (byte === colon) colons++
    else if (byte === quote) {
      // To the end of the string; a backslash takes the next octet with it.
      for (i++; i < length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++
    }
  }
  return colons
}

/** NaN, which equals nothing, for what is nested too deep. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > maxDepth) return Number.NaN
  const values = Object.values(value)
  const own = Array.isArray(value) ? 0 : values.length
  return values.reduce((sum: number, each) => sum + countMembers(each, depth + 1), own)
}
