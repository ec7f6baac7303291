import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import {
  createAccessTokenVerifier,
  createDeviceTokenSigner,
  createDeviceTokenVerifier,
  createRefreshTokenSigner,
  createRefreshTokenVerifier,
  MAX_TIME,
  parseKeyRing,
} from '../src/index.ts'
import { forgeToken, secret } from './forge-token.ts'

const ring = () => parsed
const parsed = parseKeyRing(`r1:${secret}`)
const sign = createDeviceTokenSigner({ ring })
const verify = createDeviceTokenVerifier({ ring })
const entry = `${'a'.repeat(22)}.1800000000000`
const claims = { did: 'device-1', acc: [entry], iat: 1_800_000_000, exp: 1_831_536_000 }
const header = { alg: 'HS256', typ: 'dt+jwt', kid: 'r1' }
/** Whatever kind a verifier is of, it finds every claim that it looks for. */
const everyClaim = {
  ...{ iss: 'i', aud: 'a', sub: 'u1', jti: 'j1', client_id: 'c', scope: 'x', sid: 's1', gen: 7, ver: 0, roles: [] },
  ...claims,
  exp: claims.iat + 900,
}

t.test('claims are read as they were signed', async () => {
  const account = fc.stringMatching(/^[\w-]{22}\.[1-9]\d{0,14}$/)
  const anyClaims = fc.record({
    did: fc.stringMatching(/^[\w-]{8,64}$/),
    acc: fc.array(account, { maxLength: 10 }),
    iat: fc.integer({ min: 1, max: MAX_TIME }),
    exp: fc.integer({ min: 1, max: MAX_TIME }),
  })
  fc.assert(
    fc.property(anyClaims, (claims) => isDeepStrictEqual(verify(sign(claims)), { ...claims })),
    { numRuns: 300 },
  )
})

t.test('an expired token is still read, one of a key that left the ring is not', async (t) => {
  t.same(verify(sign({ ...claims, iat: 1, exp: 2 })), { ...claims, iat: 1, exp: 2 })
  const later = createDeviceTokenVerifier({ ring: () => parseKeyRing(`r2:${'z'.repeat(32)}`) })
  t.throws(() => later(sign(claims)), { code: 'invalid_token' })
})

const verifiers = {
  'at+jwt': createAccessTokenVerifier({ ring, issuer: 'i', audience: 'a', now: () => 1_800_000_001_000 }),
  'rt+jwt': createRefreshTokenVerifier({ ring }),
  'dt+jwt': verify,
}
for (const [kind, accept] of Object.entries(verifiers)) {
  for (const typ of [...Object.keys(verifiers), 'JWT', undefined]) {
    t.test(
      `a token of type ${typ} is ${typ === kind ? '' : 'not '}taken for one of ${kind}, under one key`,
      async (t) => {
        const token = forgeToken({ ...header, typ }, everyClaim)
        if (typ === kind) t.ok(accept(token))
        else t.throws(() => accept(token), { code: 'invalid_token' })
      },
    )
  }
}

t.test('what is signed is of its own kind alone', async (t) => {
  t.throws(() => verifiers['rt+jwt'](sign(claims)), { code: 'invalid_token' })
  const refreshToken = createRefreshTokenSigner({ ring })({
    sub: 'u1',
    sid: 's1',
    gen: 1,
    did: 'device-1',
    iat: 1,
    exp: 2,
  })
  t.throws(() => verify(refreshToken), { code: 'invalid_token' })
})

const broken: Record<string, unknown> = {
  'a device that is a number': { ...claims, did: 12345678 },
  'no device': { ...claims, did: undefined },
  'a device with a dot': { ...claims, did: 'device.1' },
  'no list of accounts': { ...claims, acc: undefined },
  'an account alone': { ...claims, acc: entry },
  'eleven accounts': { ...claims, acc: Array(11).fill(entry) },
  'an account that is a number': { ...claims, acc: [1] },
  'an account without a time': { ...claims, acc: ['a'.repeat(22)] },
  'an account with a time in exponents': { ...claims, acc: [`${'a'.repeat(22)}.1e9`] },
  'an account that is too long': { ...claims, acc: [`a${entry}`] },
  'an account and a line break': { ...claims, acc: [`${entry}\n`] },
  'no time': { ...claims, iat: undefined },
  'an endless time': `{"did":"device-1","acc":[],"iat":1,"exp":1e400}`,
  'a member twice': `{"did":"device-1","acc":[],"iat":1,"exp":2,"did":"device-2"}`,
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
