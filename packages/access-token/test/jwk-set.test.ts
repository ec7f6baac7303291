import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import {
  createAccessTokenSigner,
  createAccessTokenVerifier,
  KeyRingError,
  parsePrivateKeys,
  parsePublicKeys,
  publicJwks,
  selectPublicKeys,
  TokenError,
} from '../src/index.ts'

const pairOn = (curve: 'P-256' | 'P-384' | 'Ed25519') =>
  curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve })
const privateJwk = (curve: 'P-256' | 'P-384' | 'Ed25519', more: object = {}): JsonWebKey => ({
  ...pairOn(curve).privateKey.export({ format: 'jwk' }),
  ...more,
})
const publicHalf = ({ d: _private, ...jwk }: JsonWebKey): JsonWebKey => jwk
const setOf = (...keys: object[]): string => JSON.stringify({ keys })

const es = privateJwk('P-256', { kid: 'es1', alg: 'ES256', use: 'sig' })
const ed = privateJwk('Ed25519', { kid: 'ed1' })
const claims = { iss: 'https://as.test', aud: 'a', sub: 's', iat: 1000, exp: 2000, jti: 'j', client_id: 'c', scope: '' }
const expected = { issuer: 'https://as.test', audience: 'a', now: () => 1_500_000 }

for (const [algorithm, jwk] of [
  ['ES256', es],
  ['EdDSA', ed],
] as const) {
  t.test(
    `${algorithm}: what the private key signs is good under its published half, and under nothing else`,
    async (t) => {
      const ring = parsePrivateKeys(setOf(jwk))
      t.equal(ring.algorithm, algorithm)
      const token = createAccessTokenSigner({ ring: () => ring })(claims)
      t.same(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()), {
        alg: algorithm,
        typ: 'at+jwt',
        kid: jwk.kid,
      })
      const published = parsePublicKeys(JSON.stringify(publicJwks(ring)))
      const verify = createAccessTokenVerifier({ ring: () => published, ...expected })
      t.equal(verify(token).sub, 's')
      t.equal(verify(token).sub, 's', 'also when it is presented again')

      const stranger = parsePublicKeys(
        setOf(publicHalf(privateJwk(algorithm === 'ES256' ? 'P-256' : 'Ed25519', { kid: jwk.kid }))),
      )
      t.throws(() => createAccessTokenVerifier({ ring: () => stranger, ...expected })(token), TokenError)
      const renamed = parsePublicKeys(setOf({ ...publicHalf(jwk), kid: 'other' }))
      t.throws(() => createAccessTokenVerifier({ ring: () => renamed, ...expected })(token), {
        name: 'TokenError',
        message: 'unknown kid',
      })
    },
  )
}

t.test('what is published of a ring says what each key is for, and nothing private', async (t) => {
  const second = privateJwk('P-256', { kid: 'es2' })
  const { keys } = publicJwks(parsePrivateKeys(setOf(es, second)))
  t.same(
    keys.map(({ kid, kty, crv, alg, use }) => ({ kid, kty, crv, alg, use })),
    ['es1', 'es2'].map((kid) => ({ kid, kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })),
  )
  for (const key of keys) t.same(Object.keys(key).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
})

t.test('a key shows nothing private when it is printed', async (t) => {
  const ring = parsePrivateKeys(setOf(es))
  for (const text of [JSON.stringify(ring), inspect(ring, { depth: 5 })]) {
    t.notMatch(text, es.d ?? 'no d')
    t.notMatch(text, 'PRIVATE KEY')
  }
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const refused: { title: string; text: string; says: string }[] = [
  { title: 'no JSON', text: 'k1:secret', says: 'JWK Set' },
  { title: 'JSON without keys', text: '{}', says: 'JWK Set' },
  { title: 'a single JWK', text: JSON.stringify(es), says: 'JWK Set' },
  { title: 'an empty set', text: setOf(), says: 'at least one key' },
  { title: 'a key without a kid', text: setOf(es, { ...ed, kid: undefined }), says: 'key 2' },
  { title: 'a kid with a space', text: setOf({ ...es, kid: 'a b' }), says: 'key 1' },
  { title: 'two algorithms', text: setOf(es, ed), says: "'ed1'" },
  { title: 'two keys of one name', text: setOf(es, { ...privateJwk('P-256'), kid: 'es1' }), says: "'es1'" },
  { title: 'one key under two names', text: setOf(es, { ...es, kid: 'es2' }), says: "'es2'" },
  { title: 'a public key', text: setOf(publicHalf(es)), says: "'es1'" },
  { title: 'an RSA key', text: setOf({ ...rsa, kid: 'rsa1' }), says: "'rsa1'" },
  { title: 'a shared secret', text: setOf({ kty: 'oct', k: 'c2VjcmV0', kid: 'oct1' }), says: "'oct1'" },
  { title: 'another curve', text: setOf(privateJwk('P-384', { kid: 'p384' })), says: "'p384'" },
  { title: 'another alg than the key is for', text: setOf({ ...es, alg: 'EdDSA' }), says: "'es1'" },
  { title: 'a key for encryption', text: setOf({ ...es, use: 'enc' }), says: "'es1'" },
  { title: 'a point that is not on the curve', text: setOf({ ...es, x: es.y }), says: "'es1'" },
  {
    title: 'halves of two keys',
    text: setOf({ ...es, ...publicHalf(privateJwk('P-256')), kid: 'es1' }),
    says: "'es1'",
  },
]

for (const { title, text, says } of refused) {
  t.test(`${title} is no ring to sign with; the message names the key and shows nothing of it`, async (t) => {
    t.throws(() => parsePrivateKeys(text), { name: 'KeyRingError' })
    try {
      parsePrivateKeys(text)
    } catch (error) {
      const message = error instanceof KeyRingError ? error.message : ''
      t.match(message, says)
      for (const member of [es.d, es.x, ed.d]) t.notMatch(message, member ?? '-')
    }
  })
}

t.test('a private key among public ones is refused by name', async (t) => {
  t.throws(() => parsePublicKeys(setOf(es)), { name: 'KeyRingError', message: /'es1' is a private key/ })
})

t.test('of a published set only the keys of the one algorithm count', async (t) => {
  const set = setOf(
    publicHalf(es),
    publicHalf(ed),
    { kty: 'oct', k: 'c2VjcmV0', kid: 'oct1' },
    { kid: 'future', kty: 'X' },
  )
  t.same(
    selectPublicKeys(set, 'ES256').keys.map(({ kid }) => kid),
    ['es1'],
  )
  t.same(
    selectPublicKeys(set, 'EdDSA').keys.map(({ kid }) => kid),
    ['ed1'],
  )
  t.throws(() => selectPublicKeys(setOf(publicHalf(ed)), 'ES256'), { name: 'KeyRingError' })
})
