import { createHmac, randomBytes } from 'node:crypto'
import type { Random } from '@latchkey/harness'

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '

function headerIn(token: string): object {
  try {
    return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object
  } catch {
    return { alg: 'HS256', typ: 'at+jwt', kid: 'a1' }
  }
}

type Mutation = (token: string, random: Random) => string

/** A token, of whatever kind, that is nearly a good one. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a character replaced'(token, random) {
    const at = random.integer(0, token.length - 1)
    return token.slice(0, at) + random.pick([...CHARACTERS]) + token.slice(at + 1)
  },
  'the last character replaced': (token, random) => token.slice(0, -1) + random.pick([...CHARACTERS]),
  'a bit of a segment flipped'(token, random) {
    const parts = token.split('.')
    const index = random.integer(0, parts.length - 1)
    const octets = Buffer.from(parts[index] ?? '', 'base64url')
    const at = random.integer(0, Math.max(octets.length - 1, 0))
    octets[at] = (octets[at] ?? 0) ^ (1 << random.integer(0, 7))
    parts[index] = octets.toString('base64url')
    return parts.join('.')
  },
  cut: (token, random) => token.slice(0, random.integer(1, token.length - 1)),
  padded: (token) => `${token}=`,
  'longer by a character': (token, random) => token + random.pick([...CHARACTERS]),
  'longer by a segment': (token) => `${token}.AAAA`,
  twice: (token) => `${token}.${token}`,
  'without its signature': (token) => token.split('.').slice(0, 2).join('.'),
  'with an empty signature': (token) => `${token.split('.').slice(0, 2).join('.')}.`,
  'in other segments': (token) => token.split('.').reverse().join('.'),
  'under alg none': (token) => `${encode({ ...headerIn(token), alg: 'none' })}.${token.split('.')[1] ?? ''}.`,
  'under HS384': (token) => `${encode({ ...headerIn(token), alg: 'HS384' })}.${token.split('.').slice(1).join('.')}`,
  'of another type': (token, random) =>
    `${encode({ ...headerIn(token), typ: random.pick(['JWT', 'rt+jwt', 'dt+jwt', 'at+jwt ', '']) })}.${token.split('.').slice(1).join('.')}`,
  'signed by another ring'(token) {
    const input = token.split('.').slice(0, 2).join('.')
    return `${input}.${createHmac('sha256', 'the ring of another party, long enough').update(input).digest('base64url')}`
  },
  'of huge size': (token) => `${token}${'A'.repeat(6000)}`,
  'random bytes': () => randomBytes(32).toString('base64url'),
}

/** One that no service may take; it differs from the good one. */
export function mutateToken(token: string, random: Random): { readonly token: string; readonly how: string } {
  for (;;) {
    const how = random.pick(Object.keys(MUTATIONS))
    const mutated = MUTATIONS[how]?.(token, random).trim() ?? ''
    if (mutated !== '' && mutated !== token) return { token: mutated, how }
  }
}

/** The claims of a token, unverified. */
export function claimsIn(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
