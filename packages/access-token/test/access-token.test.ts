import { createHmac } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import {
  type AccessTokenClaims,
  createAccessTokenSigner,
  createAccessTokenVerifier,
  type Key,
  parseKeyRing,
} from '../src/index.ts'
import { forgeToken, secret } from './forge-token.ts'

const ring = parseKeyRing(`k1:${secret}`)
const sign = createAccessTokenSigner({ ring: () => ring })
const now = (): number => 1_800_000_100_000
const verify = createAccessTokenVerifier({ ring: () => ring, issuer: 'https://as.test', audience: 'employees', now })
const header = { alg: 'HS256', typ: 'at+jwt', kid: 'k1' }

const clientClaims: AccessTokenClaims = {
  iss: 'https://as.test',
  aud: 'employees',
  sub: 'payroll',
  iat: 1_800_000_000,
  exp: 1_800_000_900,
  jti: 'dGVzdC10b2tlbi1pZGVudA',
  client_id: 'payroll',
  scope: 'employees:read',
}

const userClaims: AccessTokenClaims = {
  ...clientClaims,
  sub: 'u1',
  sid: 's1',
  did: 'device-1',
  ver: 0,
  roles: ['user'],
  username: 'zoë',
  email: 'zoe@example.test',
}

t.test('the header is exactly alg, typ and kid', async (t) => {
  const [head = ''] = sign(clientClaims).split('.')
  t.equal(Buffer.from(head, 'base64url').toString(), '{"alg":"HS256","typ":"at+jwt","kid":"k1"}')
})

t.test('the signature is HMAC-SHA256 over the first two parts', async (t) => {
  const token = sign(userClaims)
  const end = token.lastIndexOf('.')
  t.equal(token.slice(end + 1), createHmac('sha256', secret).update(token.slice(0, end)).digest('base64url'))
})

t.test('claims of users and of service clients are read as they were signed', async (t) => {
  t.same(verify(sign(userClaims)), userClaims)
  t.same(verify(sign(clientClaims)), clientClaims)
})

t.test('a service client that lost a scope has a version, and a user may have one of the policy', async (t) => {
  for (const claims of [
    { ...clientClaims, ver: 0 },
    { ...clientClaims, ver: Number.MAX_SAFE_INTEGER },
    { ...userClaims, pol: 0 },
    { ...userClaims, pol: Number.MAX_SAFE_INTEGER },
  ]) {
    t.same(verify(sign(claims)), claims)
  }
})

t.test("what a service client's token does not carry makes it invalid", async (t) => {
  for (const extra of [
    { sub: 'another', ver: 1 },
    { ver: '1' },
    { ver: -1 },
    { ver: 1.5 },
    { ver: null },
    { roles: [] },
    { roles: ['admin'] },
    { roles: ['admin'], ver: 1 },
    { did: 'device-1' },
    { sid: 's1' },
    { pol: 1 },
    { pol: 1, ver: 1 },
  ]) {
    t.throws(() => verify(forgeToken(header, { ...clientClaims, ...extra })), { code: 'invalid_token' })
  }
})

t.test('the longest list of scopes that is issued is read, and one that no token could hold is not', async (t) => {
  const scopes = Array.from({ length: 64 + 14 }, (_, i) => `${'s'.repeat(20)}${i}:`.padEnd(40, 'r'))
  const widest = { ...userClaims, scope: scopes.join(' ') }
  t.same(verify(sign(widest)), widest)
  t.same(verify(sign({ ...userClaims, scope: 's'.repeat(3500) })).scope.length, 3500)
  t.throws(() => verify(sign({ ...userClaims, scope: 's'.repeat(3501) })), { code: 'invalid_token' })
})

t.test('any well-formed claims are read as they were signed', async () => {
  const id = fc.stringMatching(/^[\w-][\w.-]{0,255}$/)
  const deviceId = fc.stringMatching(/^[\w-]{8,64}$/)
  const text = fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 40 }).filter((s) => !/\p{Cc}/u.test(s))
  const anyClaims = fc.record({
    sub: id,
    jti: id,
    sid: id,
    did: deviceId,
    ver: fc.maxSafeNat(),
    pol: fc.maxSafeNat(),
    roles: fc.array(id),
    username: text,
  })
  fc.assert(
    fc.property(anyClaims, (part) => {
      const claims = { ...userClaims, ...part }
      return isDeepStrictEqual(verify(sign(claims)), claims)
    }),
    { numRuns: 300 },
  )
})

t.test('claims that are not ours are left out', async (t) => {
  const payload = { ...clientClaims, admin: true, nested: { a: [1] } }
  t.same(verify(forgeToken(header, payload)), clientClaims)
  const polluting = JSON.stringify(clientClaims).replace('{', '{"__proto__":{"admin":true},')
  t.same(verify(forgeToken(header, polluting)), clientClaims)
  t.notOk('admin' in verify(forgeToken(header, polluting)))
})

t.test('another serialization of a good token is as good', async (t) => {
  t.same(
    verify(forgeToken('{ "kid":"\\u006b1", "typ":"AT+JWT", "alg":"HS256" }', JSON.stringify(clientClaims, null, 2))),
    clientClaims,
  )
})

t.test('a token without scope is good for nothing that needs one', async (t) => {
  const { scope: _, ...unscoped } = clientClaims
  t.equal(verify(forgeToken(header, unscoped)).scope, '')
  t.equal(verify(sign({ ...clientClaims, scope: '' })).scope, '')
})

t.test("a user's token without one of its claims is refused", async (t) => {
  for (const claim of ['sid', 'did', 'ver', 'roles']) {
    t.throws(() => verify(forgeToken(header, { ...userClaims, [claim]: undefined })), { code: 'invalid_token' })
  }
})

t.test('a token that lives for more than a day is refused: no revocation would last as long', (t) => {
  const { iat } = clientClaims
  const living = (seconds: number) => forgeToken(header, { ...clientClaims, exp: iat + seconds })
  t.equal(verify(living(24 * 3600)).exp, iat + 24 * 3600)
  t.throws(() => verify(living(24 * 3600 + 1)), { code: 'invalid_token' })
  t.end()
})

t.test('only a token that is good otherwise is called expired', async (t) => {
  const expired = { ...clientClaims, iat: 1, exp: 2 }
  t.throws(() => verify(forgeToken(header, expired)), { code: 'token_expired' })
  t.throws(() => verify(forgeToken(header, expired, 'another secret')), { code: 'invalid_token' })
  t.throws(() => verify(forgeToken(header, { ...expired, aud: 'other' })), { code: 'invalid_token' })
})

t.test('the ring is read for each token: a key counts from when it enters until it leaves', async (t) => {
  let current = ring
  const verifyNow = createAccessTokenVerifier({
    ring: () => current,
    issuer: 'https://as.test',
    audience: 'employees',
    now,
  })
  const signNow = createAccessTokenSigner({ ring: () => current })
  const old = signNow(clientClaims)
  t.same(verifyNow(old), clientClaims)

  current = parseKeyRing(`k2:${'n'.repeat(40)},k1:${secret}`)
  t.match(Buffer.from(signNow(clientClaims), 'base64url').toString(), '"kid":"k2"')
  t.same(verifyNow(signNow(clientClaims)), clientClaims)
  t.same(verifyNow(old), clientClaims)

  current = parseKeyRing(`k2:${'n'.repeat(40)}`)
  t.throws(() => verifyNow(old), { code: 'invalid_token' })

  current = parseKeyRing(`k1:${'o'.repeat(40)}`)
  t.throws(() => verifyNow(old), { code: 'invalid_token' }, 'another secret under the old name')
})

t.test('a secret that has the form of a public key or a JWK is only a secret', async (t) => {
  const odd = [
    '-----BEGIN PUBLIC KEY-----MCowBQYDK2VwAyEA-----END PUBLIC KEY-----',
    '{"kty":"RSA";"n":"0vx7agoebGcQSuuPiLJXZpt"}',
    ' '.repeat(32),
    '\u00e9'.repeat(16),
  ]
  for (const secret of odd) {
    const ring = parseKeyRing(`odd:${secret}`)
    const verifyOdd = createAccessTokenVerifier({
      ring: () => ring,
      issuer: 'https://as.test',
      audience: 'employees',
      now,
    })
    t.same(verifyOdd(createAccessTokenSigner({ ring: () => ring })(clientClaims)), clientClaims)
    t.same(verifyOdd(forgeToken({ ...header, kid: 'odd' }, clientClaims, secret)), clientClaims)
  }
})

t.test('a given engine checks signatures, and its errors mean invalid tokens', async (t) => {
  const keys: string[] = []
  const engine = (key: Key) => {
    keys.push(key.kid)
    return (token: string): unknown => {
      if (token.endsWith('A')) return [clientClaims]
      throw new Error('out of order')
    }
  }
  const verifyWith = createAccessTokenVerifier({
    ring: () => ring,
    engine,
    issuer: 'https://as.test',
    audience: 'employees',
  })
  t.throws(() => verifyWith(sign(clientClaims)), { code: 'invalid_token', cause: { message: 'out of order' } })
  t.throws(() => verifyWith(sign(clientClaims)), { code: 'invalid_token' })
  const another = `${sign(clientClaims).slice(0, -1)}A`
  t.throws(() => verifyWith(another), { code: 'invalid_token', message: 'the payload is not an object' })
  t.same(keys, ['k1'], 'one engine per key')
})

t.test('options that would accept too much are refused', async (t) => {
  const make = (options: object) => () =>
    createAccessTokenVerifier({ ring: () => ring, issuer: 'i', audience: 'a', ...options })
  t.throws(make({ issuer: '' }), TypeError)
  t.throws(make({ audience: undefined }), TypeError)
  t.throws(make({ clockToleranceSeconds: 61 }), TypeError)
  t.throws(make({ clockToleranceSeconds: -1 }), TypeError)
  t.throws(make({ clockToleranceSeconds: Number.NaN }), TypeError)
})
