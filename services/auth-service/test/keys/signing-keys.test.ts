import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { configOf, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { headerOf } from '../support/tokens.ts'

t.setTimeout(120_000)

const OLD = 'old:old-secret-old-secret-old-secret-old'
const NEW = 'new:new-secret-new-secret-new-secret-new'
const LEAKED = 'leaked:leaked-secret-leaked-secret-leaked'

const kidOf = (token: string) => headerOf(token).kid

t.test('tokens signed with a key that only verifies stay valid until it leaves the ring', async (t) => {
  const auth = await startAuthService(t)
  const user = await auth.newUser()
  const old = 'a1:access-access-access-access-access'
  const added = 'a2:another-another-another-another-another'
  const both = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: `${added},${old}` } })
  t.equal((await both.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
  const fresh = (await refreshWith(both, user.refreshToken)).json().accessToken
  t.equal(kidOf(fresh), 'a2')
  const dropped = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: added } })
  t.equal((await dropped.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'invalid_token')
  t.equal((await dropped.call('GET', '/auth/me', { token: fresh })).statusCode, 200)
})

t.test('a changed ring signs without a restart, and the old tokens stay valid', async (t) => {
  const file = join(t.testdir({ ring: OLD }), 'ring')
  const auth = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: '', ACCESS_TOKEN_SECRET_FILE: file } })
  const before = await auth.newUser()
  t.equal(kidOf(before.accessToken), 'old')

  writeFileSync(file, `${NEW},${OLD}\n`)
  // On one device: past 20 devices the first one would be signed out.
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

t.test('a changed ring that must not be used is logged by its kid, and the previous one stays', async (t) => {
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
  const isLogged = (text: string) => eventually(async () => JSON.stringify(auth.logs.lines()).includes(text))

  for (const [ring, message] of [
    ['short:secret', "'short'"],
    [`${LEAKED},${NEW}`, "'leaked' was revoked"],
    ['twin:refresh-refresh-refresh-refresh-refresh', "'twin'"],
    [`${NEW},${NEW}`, "'new'"],
  ] as const) {
    writeFileSync(file, ring)
    t.ok(await isLogged(message), message)
    t.equal(kidOf((await auth.signInAdmin()).accessToken), 'new')
  }
  writeFileSync(join(directory, 'refresh'), 'r2:new-secret-new-secret-new-secret-new')
  t.ok(await isLogged("'r2'"), 'a refresh ring with a secret of the other ring')
  t.notMatch(JSON.stringify(auth.logs.lines()), /new-secret-new|refresh-refresh-refresh/)
})

t.test(
  'a changed ring of refresh tokens takes effect too, and old tokens stay valid while their key is in it',
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
  'a replica that still signs with a key that another replica revoked signs with the next key at once',
  async (t) => {
    const ahead = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: `${NEW},${OLD}` } })
    const behind = await startAuthService(t, { beside: ahead, variables: { ACCESS_TOKEN_SECRET: `${OLD},${NEW}` } })
    const admin = await ahead.signInAdmin()
    t.equal(kidOf((await behind.signInAdmin()).accessToken), 'old')
    t.equal((await ahead.call('DELETE', '/admin/keys/old', { token: admin.accessToken })).statusCode, 204)
    t.ok(await eventually(async () => kidOf((await behind.signInAdmin()).accessToken) === 'new'))
    const ready = await behind.app.operations.inject('/health/ready')
    t.match(ready.json(), { status: 'degraded', checks: { keys: { status: 'degraded' } } })
    t.equal((await ahead.call('GET', '/health/ready')).json().status, 'ok')
  },
)
