import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type Algorithm, parseKeyRing, parsePrivateKeys } from '@latchkey/access-token'

/** One key of a ring in its written form: `kid:secret`, or a private JWK. */
type Entry = { readonly kid: string; readonly written: unknown }

/** A key ring that can be changed and written again. The first key signs. */
export type RingText = { readonly algorithm: Algorithm; readonly entries: readonly Entry[] }

/** @throws {KeyRingError} the services would refuse it */
export function readRing(text: string): RingText {
  if (text.trimStart().startsWith('{')) {
    const { algorithm, keys } = parsePrivateKeys(text)
    const { keys: jwks }: { keys: unknown[] } = JSON.parse(text)
    return { algorithm, entries: keys.map(({ kid }, index) => ({ kid, written: jwks[index] })) }
  }
  const { algorithm, keys } = parseKeyRing(text)
  return { algorithm, entries: keys.map(({ kid, signWith }) => ({ kid, written: `${kid}:${signWith}` })) }
}

export function writeRing({ algorithm, entries }: RingText): string {
  const written = entries.map((entry) => entry.written)
  return algorithm === 'HS256' ? written.join() : JSON.stringify({ keys: written })
}

/** A new random key. */
export function createEntry(algorithm: Algorithm, kid: string): Entry {
  if (algorithm === 'HS256') return { kid, written: `${kid}:${randomBytes(32).toString('base64url')}` }
  const { privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return { kid, written: { ...privateKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' } }
}

/** The text of a ring with one new key. */
export const randomRing = (algorithm: Algorithm, kid = 'k1'): string =>
  writeRing({ algorithm, entries: [createEntry(algorithm, kid)] })
