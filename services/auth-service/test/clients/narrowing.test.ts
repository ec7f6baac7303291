import { eventually, privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { databaseOf, trailOf } from '../support/audit.ts'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { callsOf, newClient, tokenOf } from '../support/clients.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const resource = await startResourceService(t, auth)
const setScopes = (clientId: string, ...scopes: string[]) => asAdmin('PATCH', `/admin/clients/${clientId}`, { scopes })
const listUsers = async (token: string): Promise<string> =>
  (await auth.call('GET', '/admin/users', { token })).json().code ?? 'ok'

t.test('what a client gains reaches its next token, and its tokens of before go on as they are', async (t) => {
  const client = await newClient(auth, 'growing')
  const before = await tokenOf(auth, client)
  const answer = await setScopes('growing', 'employees:read', 'users:read')
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), { clientId: 'growing', scopes: ['employees:read', 'users:read'], configured: false })
  t.equal(answer.json().secrets.length, 1)
  t.notMatch(answer.body, client.secret)
  t.equal(await listUsers(before), 'insufficient_scope')
  const after = await tokenOf(auth, client)
  t.equal(await listUsers(after), 'ok')
  t.notOk('ver' in claimsOf(after), 'a client that never lost a scope has tokens that earlier verifiers take')
  t.same([await resource.verify(before), await resource.verify(after)], ['ok', 'ok'])
})

t.test(
  'a client that loses a scope has every token of before refused, here at once, elsewhere by the feed',
  async (t) => {
    const client = await newClient(auth, 'shrinking', ['employees:read', 'users:read'])
    const before = await tokenOf(auth, client)
    t.equal(await listUsers(before), 'ok')
    t.equal((await setScopes('shrinking', 'employees:read')).statusCode, 200)
    t.equal(await listUsers(before), 'token_revoked')
    t.ok(await resource.eventuallyRefuses(before))
    const after = await tokenOf(auth, client)
    t.match(claimsOf(after), { ver: 1, scope: 'employees:read' })
    t.same([await listUsers(after), await resource.verify(after)], ['insufficient_scope', 'ok'])

    await setScopes('shrinking', 'users:read')
    t.equal(await listUsers(after), 'token_revoked', 'also where it gains one beside')
    await setScopes('shrinking', 'users:read', 'employees:read')
    const widened = await tokenOf(auth, client)
    t.match(claimsOf(widened), { ver: 2 })
    t.same([await listUsers(widened), await resource.verify(widened)], ['ok', 'ok'])
    for (const token of [before, after]) t.ok(await resource.eventuallyRefuses(token))

    const entries = await (await trailOf(auth))({ userId: 'shrinking', type: 'client_updated' })
    t.same(
      entries.map(({ details }) => details),
      [
        {
          changed: ['scopes'],
          before: { scopes: ['users:read'] },
          after: { scopes: ['employees:read', 'users:read'] },
        },
        { changed: ['scopes'], before: { scopes: ['employees:read'] }, after: { scopes: ['users:read'] } },
        {
          changed: ['scopes'],
          before: { scopes: ['employees:read', 'users:read'] },
          after: { scopes: ['employees:read'] },
        },
      ],
    )
  },
)

t.test('scopes that are unknown, or of a client that is not there, are refused', async (t) => {
  await newClient(auth, 'steady')
  const unknown = await setScopes('steady', 'employees:read', 'nobody:knows')
  t.same([unknown.statusCode, unknown.json().code], [400, 'invalid_request'])
  t.same(unknown.json().errors, [{ path: '/scopes/1', message: 'must be the name of a scope' }])
  const made = await asAdmin('POST', '/admin/clients', { clientId: 'steadier', scopes: ['nobody:knows'] })
  t.equal(made.json().errors[0].path, '/scopes/0')
  t.same((await setScopes('no-client', 'profile')).json().code, 'client_not_found')
  await asAdmin('DELETE', '/admin/clients/steady')
  t.same((await setScopes('steady', 'profile')).json().code, 'client_not_found')
})

t.test('a client that manages clients may narrow itself, and then reaches no further', async (t) => {
  const keeper = await newClient(auth, 'keeper', ['clients:manage', 'users:read'])
  const asKeeper = await callsOf(auth, keeper)
  t.equal((await asKeeper('PATCH', '/admin/clients/keeper', { scopes: ['clients:manage'] })).statusCode, 200)
  t.equal((await asKeeper('GET', '/admin/clients')).json().code, 'token_revoked', 'the token that it used, too')
  const again = await callsOf(auth, keeper)
  const back = await again('PATCH', '/admin/clients/keeper', { scopes: ['clients:manage', 'users:read'] })
  t.equal(back.json().code, 'exceeds_own_scopes')
})

t.test(
  'a loss that did not reach Redis is completed by repeating the call, one that Redis lost is published again',
  async (t) => {
    const redis = await privateRedis(t)
    const own = await startAuthService(t, { environment: { ...(await testEnvironment(t)), redisUrl: redis.url } })
    const asOwnAdmin = await administratorOf(own.once)
    const client = await newClient(own, 'halfway', ['employees:read', 'users:read'])
    const token = await tokenOf(own, client)
    const read = async (subject: string): Promise<string> =>
      (await own.call('GET', '/admin/users', { token: subject })).json().code ?? 'ok'
    t.equal(await read(token), 'ok')
    const first = await startResourceService(t, own)

    const connection = new Redis(redis.url)
    t.teardown(() => connection.disconnect())
    await connection.acl('SETUSER', 'auth-service', '-xadd')
    const narrowed = () => asOwnAdmin('PATCH', '/admin/clients/halfway', { scopes: ['employees:read'] })
    t.equal((await narrowed()).statusCode, 503, 'the feed takes nothing')
    t.equal(await first.verify(token), 'ok')
    await connection.acl('SETUSER', 'auth-service', '+xadd')
    t.equal((await narrowed()).statusCode, 200)
    t.equal(await read(token), 'token_revoked')
    t.ok(await first.eventuallyRefuses(token))
    const next = await tokenOf(own, client)

    await connection.flushall()
    await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    t.ok(await eventually(async () => (await own.call('GET', '/health/ready')).statusCode === 200))
    const second = await startResourceService(t, own)
    t.same([await second.verify(token), await second.verify(next)], ['token_revoked', 'ok'])
    t.same([await read(token), await read(next)], ['token_revoked', 'insufficient_scope'])
  },
)

t.test('a token that is newer than what Redis knows of its client is judged by Postgres', async (t) => {
  const client = await newClient(auth, 'behind', ['employees:read', 'users:read'])
  const redis = new Redis(auth.environment.redisUrl)
  t.teardown(() => redis.disconnect())
  const key = `${auth.environment.redisPrefix}client-scopes:behind`
  const stale = (await redis.get(key)) ?? ''
  t.not(stale, '')
  await setScopes('behind', 'employees:read')
  const token = await tokenOf(auth, client)
  await redis.set(key, stale)
  t.equal(await listUsers(token), 'insufficient_scope')
})

t.test('a loss whose process died before the feed had it is published by the next start', async (t) => {
  const client = await newClient(auth, 'cut-off', ['employees:read', 'users:read'])
  const token = await tokenOf(auth, client)
  await databaseOf(t, auth)
    .updateTable('service_clients')
    .set({ scopes: ['employees:read'], version: 1, narrowed_at: new Date() })
    .where('client_id', '=', 'cut-off')
    .execute()
  t.equal(await resource.verify(token), 'ok')
  const next = await startAuthService(t, { beside: auth })
  t.ok(await resource.eventuallyRefuses(token))
  t.equal((await next.call('GET', '/admin/users', { token })).json().code, 'token_revoked')
  t.equal(await resource.verify(await tokenOf(next, client)), 'ok')
})
