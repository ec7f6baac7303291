const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const maxDepth = 8

type Members = Readonly<Record<string, unknown>>
type Container = Members | readonly unknown[]

/**
 * Whether a JSON text names some member twice, at any level, also when one of the two is spelled with escapes. Parsers
 * differ on which of the two counts, so such a token means different things to different verifiers (RFC 7519
 * section 4). In a valid text each member has exactly one colon outside of strings: were two of them the same, the
 * parsed value would hold fewer. Values nested deeper than 8 levels count as ambiguous too.
 *
 * @param bytes the text that `parsed` was parsed from, UTF-8
 */
export function hasDuplicateMembers(bytes: Uint8Array, parsed: Members): boolean {
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

// Plain loops: this runs on each request, and `for…in` is several times as fast here as Object.values.
function countMembers(value: Container, depth: number): number {
  if (depth > maxDepth) return Number.NaN
  let members = 0
  if (isList(value)) {
    for (const item of value) members += countWithin(item, depth)
  } else {
    for (const name in value) members += 1 + countWithin(value[name], depth)
  }
  return members
}

function countWithin(value: unknown, depth: number): number {
  return isContainer(value) ? countMembers(value, depth + 1) : 0
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}

function isList(value: Container): value is readonly unknown[] {
  return Array.isArray(value)
}
