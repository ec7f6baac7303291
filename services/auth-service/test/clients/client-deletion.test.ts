import { eventually, privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { type Client, newClient, works } from '../support/clients.ts'
import { listen } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic, send } from '../support/send-form.ts'

t.test(
  "a deleted client's tokens are refused by auth-service at once and by every verifier through the feed",
  async (t) => {
    const auth = await listen(t)
    const resource = await startResourceService(t, auth)
    const asAdmin = await administratorOf(auth)
    const client = await newClient(auth, 'doomed')
    const answer = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))
    const token = String(answer.json.access_token)
    t.equal(await resource.verify(token), 'ok')
    t.equal((await asAdmin('DELETE', '/admin/clients/doomed')).statusCode, 204)
    t.equal((await auth.call('GET', '/auth/me', { token })).json().code, 'token_revoked')
    t.ok(await resource.eventuallyRefuses(token))
    t.notOk(await works(auth, client))
  },
)

t.test(
  'a deletion that did not reach Redis is completed by repeating it, and one that Redis lost is published again',
  async (t) => {
    const redis = await privateRedis(t)
    const own = { ...(await testEnvironment(t)), redisUrl: redis.url }
    const auth = await listen(t, { environment: own })
    const asAdmin = await administratorOf(auth.once)
    const tokenOf = async (client: Client): Promise<string> =>
      String(
        (await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))).json.access_token,
      )
    const [doomed, single] = [await newClient(auth, 'doomed'), await newClient(auth, 'single')]
    const [first, second, third] = [await tokenOf(doomed), await tokenOf(single), await tokenOf(single)]
    const before = await startResourceService(t, auth)

    const connection = new Redis(redis.url)
    t.teardown(() => connection.disconnect())
    await connection.acl('SETUSER', 'auth-service', '-xadd', '-set')
    t.equal((await asAdmin('DELETE', '/admin/clients/doomed')).statusCode, 503, 'Redis takes nothing')
    t.equal(await before.verify(first), 'ok')
    const another = { clientId: 'another', scopes: [] }
    t.equal((await asAdmin('POST', '/admin/clients', another)).statusCode, 503)
    await connection.acl('SETUSER', 'auth-service', '+xadd', '+set')
    t.equal((await asAdmin('POST', '/admin/clients', another)).statusCode, 201, 'no id was taken by half')
    t.equal((await asAdmin('DELETE', '/admin/clients/doomed')).statusCode, 404, 'there is none any more')
    t.ok(await before.eventuallyRefuses(first))
    t.equal((await send(`${auth.url}/oauth/revoke`, { token: second })).status, 200)

    await connection.flushall()
    await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    t.ok(await eventually(async () => (await auth.call('GET', '/health/ready')).statusCode === 200))
    const after = await startResourceService(t, auth)
    t.same(
      [await after.verify(first), await after.verify(second), await after.verify(third)],
      ['token_revoked', 'token_revoked', 'ok'],
    )
    for (const token of [first, second]) {
      t.equal((await auth.call('GET', '/auth/me', { token })).json().code, 'token_revoked')
    }
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
