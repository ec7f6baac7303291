import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import {
  createAccessTokenVerifier,
  createRefreshTokenSigner,
  createRefreshTokenVerifier,
  MAX_TIME,
  parseKeyRing,
} from '../src/index.ts'
import { forgeToken, secret } from './forge-token.ts'

const ring = parseKeyRing(`r1:${secret}`)
const sign = createRefreshTokenSigner({ ring: () => ring })
const verify = createRefreshTokenVerifier({ ring: () => ring })
const claims = { sub: 'u1', did: 'device-1', sid: 's1', gen: 7, iat: 1_800_000_000, exp: 1_800_600_000 }
const header = { alg: 'HS256', typ: 'rt+jwt', kid: 'r1' }

t.test('the same claims under the same key give the same bytes, today and in every process', async (t) => {
  const token = sign(claims)
  t.equal(sign({ ...claims }), token)
  t.equal(
    sign({ exp: claims.exp, iat: claims.iat, gen: 7, sid: 's1', did: 'device-1', sub: 'u1' }),
    token,
    'in any order',
  )
  t.equal(createRefreshTokenSigner({ ring: () => parseKeyRing(`r1:${secret}`) })(claims), token)
  t.equal(token, forgeToken(header, claims), 'just the RFC 7515 signature over these members in this order')
})

t.test('claims are read as they were signed, whatever the generation', async () => {
  const id = fc.stringMatching(/^[\w-][\w.-]{0,255}$/)
  const deviceId = fc.stringMatching(/^[\w-]{8,64}$/)
  const time = fc.integer({ min: 1, max: MAX_TIME })
  const anyClaims = fc.record({ sub: id, did: deviceId, sid: id, gen: fc.maxSafeNat(), iat: time, exp: time })
  fc.assert(
    fc.property(anyClaims, (claims) => isDeepStrictEqual(verify(sign(claims)), { ...claims })),
    { numRuns: 300 },
  )
})

t.test('an expired token is still read: the session store decides about it', async (t) => {
  t.same(verify(sign({ ...claims, iat: 1, exp: 2 })), { ...claims, iat: 1, exp: 2 })
})

t.test('tokens of a key that left the ring are refused', async (t) => {
  const token = sign(claims)
  const later = createRefreshTokenVerifier({ ring: () => parseKeyRing(`r2:${'z'.repeat(32)}`) })
  t.throws(() => later(token), { code: 'invalid_token' })
})

t.test('an access token is no refresh token, nor the reverse, even under one secret', async (t) => {
  t.throws(() => verify(forgeToken({ ...header, typ: 'at+jwt' }, claims)), { code: 'invalid_token' })
  const verifyAccess = createAccessTokenVerifier({ ring: () => ring, issuer: 'i', audience: 'a' })
  t.throws(() => verifyAccess(sign(claims)), { code: 'invalid_token' })
})

const broken: Record<string, unknown> = {
  'a subject that is a number': { ...claims, sub: 1 },
  'no subject': { ...claims, sub: undefined },
  'an empty device': { ...claims, did: '' },
  'a session with a NUL': { ...claims, sid: 's\u0000' },
  'a negative generation': { ...claims, gen: -1 },
  'a fraction as generation': { ...claims, gen: 1.5 },
  'a generation beyond exact integers': { ...claims, gen: 2 ** 53 },
  'a text as generation': { ...claims, gen: '7' },
  'no time': { ...claims, iat: undefined },
  'an endless time': '{"sub":"u1","did":"device-1","sid":"s1","gen":7,"iat":1,"exp":1e400}',
  'a member twice': '{"sub":"u1","did":"device-1","sid":"s1","gen":7,"iat":1,"exp":2,"gen":8}',
  'a list': [claims],
}

for (const [title, payload] of Object.entries(broken)) {
  t.test(`${title} is refused although the signature is good`, async (t) => {
    t.throws(() => verify(forgeToken(header, payload)), { name: 'TokenError', code: 'invalid_token' })
  })
}

t.test('no token with a changed character is accepted', async (t) => {
  const token = sign(claims)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='
  let accepted = 0
  for (let at = 0; at < token.length; at++) {
    for (const other of alphabet) {
      if (other === token[at]) continue
      try {
        verify(token.slice(0, at) + other + token.slice(at + 1))
        accepted++
      } catch {}
    }
  }
  t.equal(accepted, 0)
})
