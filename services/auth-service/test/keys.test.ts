import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAccessTokenSigner, parseKeyRing } from '@latchkey/access-token'
import { eventually } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { configOf, PASSWORD, startAuthService, type TestService } from './support/auth-service.ts'
import { startResourceService } from './support/resource-service.ts'

t.setTimeout(120_000)

const OLD = 'old:old-secret-old-secret-old-secret-old'
const NEW = 'new:new-secret-new-secret-new-secret-new'
const LEAKED = 'leaked:leaked-secret-leaked-secret-leaked'

/** What somebody signs who got hold of a key: a token for whatever they like, for ever. */
function forgeWith(ring: string, { config }: TestService, { userId, deviceId }: { userId: string; deviceId: string }) {
  const sign = createAccessTokenSigner({ ring: () => parseKeyRing(ring) })
  const iat = Math.floor(Date.now() / 1000)
  return sign({
    iss: config.tokens.issuer,
    aud: config.tokens.audience,
    sub: userId,
    iat,
    exp: iat + 1_000_000_000,
    jti: 'forged',
    client_id: 'latchkey',
    scope: 'employees:read',
    sid: 'forged',
    did: deviceId,
    ver: 0,
    roles: ['user'],
  })
}

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

t.test('a leaked key is revoked: whatever is signed under it opens nothing any more, anywhere', async (t) => {
  const auth = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: `${NEW},${LEAKED}` } })
  const { verify } = await startResourceService(t, auth, { keys: `${NEW},${LEAKED}` })
  const [user, admin] = [await auth.newUser(), await auth.signInAdmin()]
  const forged = forgeWith(LEAKED, auth, user)
  t.equal(await verify(forged), 'ok', 'before')

  const answer = await auth.call('DELETE', '/admin/keys/leaked', { token: admin.accessToken })
  t.equal(answer.statusCode, 204)
  t.ok(await eventually(async () => (await verify(forged)) === 'token_revoked'))
  t.equal(await verify(user.accessToken), 'ok', 'tokens under other keys live on')

  const me = await auth.call('GET', '/auth/me', { token: forged })
  t.equal(me.json().code, 'token_revoked', 'at auth-service too')
  const cookie = await auth.call('GET', '/auth/cookie', { cookies: `__Host-access=${forged}` })
  t.same(cookie.json(), { present: true, valid: false, reason: 'token_revoked' })

  t.equal((await auth.call('DELETE', '/admin/keys/leaked', { token: admin.accessToken })).statusCode, 204, 'again')
  const audit = await auth.call('GET', '/admin/audit?type=key_revoked', { token: admin.accessToken })
  t.match(audit.json().items, [{ type: 'key_revoked', subjectId: 'leaked', actorId: admin.userId, outcome: 'success' }])
  t.equal(audit.json().items.length, 1)

  t.test('and stays so when Redis has lost everything, and for who starts later', async (t) => {
    const redis = new Redis(auth.environment.redisUrl)
    t.teardown(async () => redis.disconnect())
    await redis.del(`${auth.environment.redisPrefix}revocations`)
    const beside = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: `${NEW},${LEAKED}` } })
    t.ok(beside.app, 'a replica that starts publishes what Redis does not know')
    const { verify: late } = await startResourceService(t, auth, { keys: `${NEW},${LEAKED}` })
    t.equal(await late(forged), 'token_revoked')
    t.equal(await verify(forged), 'token_revoked')
  })

  t.test('no replica starts to sign with it', async (t) => {
    const wrong = startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: `${LEAKED},${NEW}` } })
    await t.rejects(wrong, { message: /'leaked' was revoked/ })
  })
})

t.test('the key that signs can not be revoked; nothing happens then', async (t) => {
  const auth = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: `${NEW},${OLD}` } })
  const admin = await auth.signInAdmin()
  const answer = await auth.call('DELETE', '/admin/keys/new', { token: admin.accessToken })
  t.equal(answer.statusCode, 409)
  t.equal(answer.json().code, 'key_in_use')
  t.equal((await auth.call('GET', '/auth/me', { token: admin.accessToken })).statusCode, 200)
  const audit = await auth.call('GET', '/admin/audit?type=key_revoked', { token: admin.accessToken })
  t.same(audit.json().items, [])
})

t.test('revoking keys takes clients:manage and a kid', async (t) => {
  const auth = await startAuthService(t)
  const [user, admin] = [await auth.newUser(), await auth.signInAdmin()]
  t.equal((await auth.call('DELETE', '/admin/keys/old')).statusCode, 401)
  const lacking = await auth.call('DELETE', '/admin/keys/old', { token: user.accessToken })
  t.equal(lacking.statusCode, 403)
  t.equal(lacking.json().code, 'insufficient_scope')
  for (const kid of ['a%20b', 'k'.repeat(65), '%F0%9F%94%91']) {
    const answer = await auth.call('DELETE', `/admin/keys/${kid}`, { token: admin.accessToken })
    t.equal(answer.statusCode, 400, kid)
    t.equal(answer.json().code, 'invalid_request')
  }
  t.equal((await auth.call('DELETE', '/admin/keys/never-seen', { token: admin.accessToken })).statusCode, 204)
})

t.test('a changed ring signs without a restart, and the old tokens stay good', async (t) => {
  const file = join(t.testdir({ ring: OLD }), 'ring')
  const auth = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: '', ACCESS_TOKEN_SECRET_FILE: file } })
  const before = await auth.newUser()
  t.equal(kidOf(before.accessToken), 'old')

  writeFileSync(file, `${NEW},${OLD}\n`)
  // On one device: beyond 20 the first one gives way.
  const deviceId = 'asking-again-and-again'
  t.ok(await eventually(async () => kidOf((await auth.signIn(before.email, { deviceId })).accessToken) === 'new'))
  const after = await auth.signIn(before.email)
  for (const { accessToken } of [before, after]) {
    t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).statusCode, 200)
  }

  writeFileSync(file, NEW)
  t.ok(
    await eventually(async () => {
      const answer = await auth.call('GET', '/auth/me', { token: before.accessToken })
      return answer.statusCode === 401
    }),
    'a dropped key counts no longer',
  )
  t.equal((await auth.call('GET', '/auth/me', { token: after.accessToken })).statusCode, 200)
})

t.test('a changed ring that must not be used is told by its kid, and the one before stays', async (t) => {
  const directory = t.testdir({ ring: `${NEW},${LEAKED}`, refresh: 'r1:refresh-refresh-refresh-refresh-refresh' })
  const file = join(directory, 'ring')
  const auth = await startAuthService(t, {
    variables: {
      ACCESS_TOKEN_SECRET: '',
      ACCESS_TOKEN_SECRET_FILE: file,
      REFRESH_TOKEN_SECRET: '',
      REFRESH_TOKEN_SECRET_FILE: join(directory, 'refresh'),
    },
  })
  const admin = await auth.signInAdmin()
  await auth.call('DELETE', '/admin/keys/leaked', { token: admin.accessToken })
  const told = (text: string) => eventually(async () => JSON.stringify(auth.logs.lines()).includes(text))

  for (const [ring, says] of [
    ['short:secret', "'short'"],
    [`${LEAKED},${NEW}`, "'leaked' was revoked"],
    ['twin:refresh-refresh-refresh-refresh-refresh', "'twin'"],
    [`${NEW},${NEW}`, "'new'"],
  ] as const) {
    writeFileSync(file, ring)
    t.ok(await told(says), says)
    t.equal(kidOf((await auth.signInAdmin()).accessToken), 'new')
  }
  writeFileSync(join(directory, 'refresh'), 'r2:new-secret-new-secret-new-secret-new')
  t.ok(await told("'r2'"), 'a refresh ring with a secret of the other ring')
  t.notMatch(JSON.stringify(auth.logs.lines()), /new-secret-new|refresh-refresh-refresh/)
})

t.test(
  'a changed ring of refresh tokens takes effect too: old ones are good as long as their key is there',
  async (t) => {
    const old = 'r1:refresh-refresh-refresh-refresh-refresh'
    const next = 'r2:another-another-another-another-another'
    const file = join(t.testdir({ ring: old }), 'ring')
    const auth = await startAuthService(t, { variables: { REFRESH_TOKEN_SECRET: '', REFRESH_TOKEN_SECRET_FILE: file } })
    const [one, other] = [await auth.newUser(), await auth.newUser()]
    writeFileSync(file, `${next},${old}`)
    const deviceId = 'asking-again-and-again'
    t.ok(await eventually(async () => kidOf((await auth.signIn(one.email, { deviceId })).refreshToken) === 'r2'))
    const refreshed = await auth.call('POST', '/auth/refresh', { body: { refreshToken: other.refreshToken } })
    t.equal(refreshed.statusCode, 200)
    t.equal(kidOf(refreshed.json().refreshToken), 'r2')
  },
)

t.test('rings that could not work keep the service from starting, and the message names the key', async (t) => {
  const environment = { databaseUrl: 'postgres://x', schema: 's', redisUrl: 'redis://x', redisPrefix: 'p' }
  const jwk = JSON.stringify({
    keys: [{ kty: 'OKP', crv: 'Ed25519', d: Buffer.alloc(32, 1).toString('base64url'), x: '', kid: 'ed1' }],
  })
  const wrong: [Record<string, string>, RegExp][] = [
    [{ ACCESS_TOKEN_SECRET: 'k1:short' }, /ACCESS_TOKEN_SECRET .*'k1'/],
    [{ ACCESS_TOKEN_SECRET: `${OLD},old:${PASSWORD.repeat(2)}` }, /ACCESS_TOKEN_SECRET .*'old'/],
    [{ ACCESS_TOKEN_SECRET: 'k9:refresh-refresh-refresh-refresh-refresh' }, /REFRESH_TOKEN_SECRET .*'k9'.*'r1'/],
    [{ ACCESS_TOKEN_SECRET: '' }, /ACCESS_TOKEN_SECRET \(or ACCESS_TOKEN_SECRET_FILE\) must be set/],
    [
      { ACCESS_TOKEN_ALGORITHM: 'ES256' },
      /ACCESS_TOKEN_PRIVATE_KEYS \(or ACCESS_TOKEN_PRIVATE_KEYS_FILE\) must be set/,
    ],
    [{ ACCESS_TOKEN_ALGORITHM: 'RS256' }, /ACCESS_TOKEN_ALGORITHM must be one of/],
    [{ ACCESS_TOKEN_ALGORITHM: 'ES256', ACCESS_TOKEN_PRIVATE_KEYS: jwk }, /ACCESS_TOKEN_PRIVATE_KEYS .*'ed1'/],
  ]
  for (const [variables, message] of wrong) t.throws(() => configOf(environment, variables), { message })
})

t.test(
  'a replica that still signs with a key that was revoked at another one signs with the next at once',
  async (t) => {
    const ahead = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: `${NEW},${OLD}` } })
    const behind = await startAuthService(t, { beside: ahead, variables: { ACCESS_TOKEN_SECRET: `${OLD},${NEW}` } })
    const admin = await ahead.signInAdmin()
    t.equal(kidOf((await behind.signInAdmin()).accessToken), 'old')
    t.equal((await ahead.call('DELETE', '/admin/keys/old', { token: admin.accessToken })).statusCode, 204)
    t.ok(await eventually(async () => kidOf((await behind.signInAdmin()).accessToken) === 'new'))
    const ready = await behind.call('GET', '/health/ready')
    t.match(ready.json(), { status: 'degraded', checks: { keys: { status: 'degraded' } } })
    t.equal((await ahead.call('GET', '/health/ready')).json().status, 'ok')
  },
)

t.test('a deleted client stays refused when Redis has lost everything', async (t) => {
  const auth = await startAuthService(t)
  const admin = await auth.signInAdmin()
  const made = await auth.call('POST', '/admin/clients', {
    token: admin.accessToken,
    body: { clientId: 'payroll', scopes: ['employees:read'] },
  })
  const token = await auth.call('POST', '/oauth/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=client_credentials&client_id=payroll&client_secret=${made.json().clientSecret}`,
  })
  t.equal((await auth.call('DELETE', '/admin/clients/payroll', { token: admin.accessToken })).statusCode, 204)
  const redis = new Redis(auth.environment.redisUrl)
  t.teardown(async () => redis.disconnect())
  await redis.del(`${auth.environment.redisPrefix}revocations`)
  await startAuthService(t, { beside: auth })
  const { verify } = await startResourceService(t, auth)
  t.equal(await verify(token.json().access_token), 'token_revoked')
})
