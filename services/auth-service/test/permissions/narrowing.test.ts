import { eventually } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const other = await startAuthService(t, { beside: auth })
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const redis = new Redis(auth.environment.redisUrl)
t.teardown(() => redis.disconnect())
const feed = `${auth.environment.redisPrefix}revocations`

const description = 'For tests'
const put = (scopes: string[], name = 'clerk') => asAdmin('PUT', `/admin/roles/${name}`, { description, scopes })
await asAdmin('PUT', '/admin/scopes/payroll:read', { description })

t.test(
  'a role that loses a scope is refused everywhere, and its holders go on with one refresh at any replica',
  async (t) => {
    await put(['profile', 'employees:read', 'payroll:read'])
    const { email } = await auth.newAccount({ roles: ['user', 'clerk'] })
    const [one, two] = [await auth.signIn(email), await other.signIn(email)]
    const bystander = await auth.newUser()
    t.equal(await resource.verify(one.accessToken), 'ok')

    const entries = await redis.xlen(feed)
    t.equal((await put(['profile', 'employees:read'])).statusCode, 200)
    t.equal(await redis.xlen(feed), entries + 1, 'one entry of the feed')
    for (const { accessToken } of [one, two]) t.ok(await resource.eventuallyRefuses(accessToken))
    for (const service of [auth, other]) {
      const refusal = async () => (await service.call('GET', '/auth/me', { token: one.accessToken })).json().code
      t.ok(await eventually(async () => (await refusal()) === 'token_revoked'))
    }
    t.equal(await resource.verify(bystander.accessToken), 'ok', 'others are not concerned')

    for (const [service, { refreshToken }] of [
      [auth, one],
      [other, two],
    ] as const) {
      const refreshed = await refreshWith(service, refreshToken)
      t.equal(refreshed.statusCode, 200)
      t.same(refreshed.json().scopes, ['profile', 'employees:read'])
      t.equal(await resource.verify(refreshed.json().accessToken), 'ok')
      t.same((await service.call('GET', '/auth/me', { token: refreshed.json().accessToken })).json().scopes, [
        'profile',
        'employees:read',
      ])
    }
  },
)

t.test('once verifiers refuse a role, no replica issues a token by the policy of before', async (t) => {
  await put(['profile', 'payroll:read'])
  const { email } = await auth.newAccount({ roles: ['clerk'] })
  let session = await other.signIn(email)
  for (let n = 0; n < 20; n++) {
    await put(['profile'])
    t.ok(await resource.eventuallyRefuses(session.accessToken))
    session = (await refreshWith(other, session.refreshToken)).json()
    t.equal(await resource.verify(session.accessToken), 'ok')
    await put(['profile', 'payroll:read'])
  }
})

t.test('repeating a call that narrowed publishes it again, and one that only widens publishes nothing', async (t) => {
  await put(['profile', 'payroll:read'], 'quiet')
  await put(['profile'], 'quiet')
  const entries = await redis.xlen(feed)
  await put(['profile'], 'quiet')
  t.equal(await redis.xlen(feed), entries + 1)
  await put(['profile', 'payroll:read'], 'quiet')
  t.equal(await redis.xlen(feed), entries + 1)
})

t.test(
  'a scope that is deleted is refused where a token names it, and no other token of an administrator is',
  async (t) => {
    const before = await auth.signInAdmin()
    await asAdmin('PUT', '/admin/scopes/brief:life', { description })
    const admin = await auth.signInAdmin()
    t.match(claimsOf(admin.accessToken).scope, /brief:life/)
    t.equal((await auth.call('DELETE', '/admin/scopes/brief:life', { token: admin.accessToken })).statusCode, 204)
    t.ok(await resource.eventuallyRefuses(admin.accessToken))
    const refreshed = (await refreshWith(auth, admin.refreshToken)).json()
    t.notOk(refreshed.scopes.includes('brief:life'))
    t.equal(await resource.verify(before.accessToken), 'ok', 'it does not name the scope')
    t.equal(await resource.verify(refreshed.accessToken), 'ok')
  },
)

t.test('a replica that starts knows the narrowings, and so does a verifier', async (t) => {
  await put(['profile', 'payroll:read'], 'late')
  const { email } = await auth.newAccount({ roles: ['late'] })
  const { accessToken } = await auth.signIn(email)
  const before = claimsOf(accessToken)
  await asAdmin('PUT', '/admin/roles/late', { description, scopes: ['profile'] })
  const started = await startAuthService(t, { beside: auth })
  const signedIn = await started.signIn(email)
  t.ok(Number(claimsOf(signedIn.accessToken).pol) > Number(before.pol))
  t.same(claimsOf(signedIn.accessToken).scope, 'profile')
  const verifier = await startResourceService(t, auth)
  t.equal(await verifier.verify(accessToken), 'token_revoked')
  t.equal(await verifier.verify(signedIn.accessToken), 'ok')
})
