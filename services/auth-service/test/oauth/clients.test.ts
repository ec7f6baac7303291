import { createHmac } from 'node:crypto'
import { createDatabase } from '@latchkey/database'
import { privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { ADMIN, startAuthService, type TestService } from '../support/auth-service.ts'
import { listen } from './support/listening-service.ts'
import { startResourceService, until } from './support/resource-service.ts'
import { basic, send } from './support/send-form.ts'

const environment = await testEnvironment(t)
const database = createDatabase<AuthSchema>({
  url: environment.databaseUrl,
  applicationName: 'clients-test',
  poolSize: 1,
  schema: environment.schema,
  onError: () => {},
})
t.teardown(() => database.close())
const { db } = database

type Client = { clientId: string; secret: string; scopes: string[] }
const secretOf = (name: string): string => `a-secret-called-${name}-that-is-long-enough`

/** auth-service as it boots with these settings. */
const boot = (variables: Record<string, string> = {}): Promise<TestService> =>
  startAuthService(t, { environment, variables })
const bootWith = (...clients: Client[]): Promise<TestService> => boot({ SERVICE_CLIENTS: JSON.stringify(clients) })

async function works(
  { app }: TestService,
  { clientId, secret }: { clientId: string; secret: string },
): Promise<boolean> {
  const response = await app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic({ clientId, secret }) },
  })
  if (response.statusCode !== 200 && response.statusCode !== 401) throw new Error(response.body)
  return response.statusCode === 200
}

async function administratorOf(auth: TestService) {
  const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
  return (method: string, url: string, body?: object) =>
    auth.call(method, url, { token: admin.json().accessToken, ...(body && { body }) })
}

async function newClient(auth: TestService, clientId: string): Promise<Client> {
  const asAdmin = await administratorOf(auth)
  const made = await asAdmin('POST', '/admin/clients', { clientId, scopes: ['employees:read'] })
  return { clientId, secret: made.json().clientSecret, scopes: ['employees:read'] }
}

const warningsOf = (auth: TestService, clientId: string): unknown[] =>
  auth.logs
    .lines()
    .filter((line) => line.level === 40 && line.clientId === clientId)
    .map((line) => line.event)

t.test('what is kept of a secret is no good without a key of the settings', async (t) => {
  const client = await newClient(await boot(), 'kept')
  const row = await db
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', '=', 'kept')
    .executeTakeFirstOrThrow()
  t.notSame(row.hash, createHmac('sha256', row.salt).update(client.secret).digest())
  const keys = await db.selectFrom('client_secret_keys').selectAll().execute()
  t.equal(keys.length, 1)
  t.equal(keys[0]?.sealed.length, 12 + 32 + 16, 'sealed')
})

t.test('the ring of the settings may change key by key, and every secret stays good', async (t) => {
  const [one, two, three] = ['1', '2', '3'].map((n) => `r${n}:refresh-refresh-refresh-refresh-${n}`)
  const ring = (...keys: (string | undefined)[]): Promise<TestService> => boot({ REFRESH_TOKEN_SECRET: keys.join(',') })
  const first = await ring(one)
  const client = await newClient(first, 'rotated')
  t.ok(await works(await ring(one, two), client), 'a new key behind')
  t.ok(await works(await ring(two, one), client), 'in front')
  t.ok(await works(await ring(two), client), 'the old one gone')
  t.ok(await works(await ring(three, two), client), 'in one step')
  t.ok(await works(await ring(three), client))
  t.ok(await works(first, client), 'a replica that was not restarted')

  const other = await boot({ REFRESH_TOKEN_SECRET: 'r9:a-wholly-different-ring-of-keys-here' })
  t.notOk(await works(other, client), 'a ring that has nothing of the old ones')
  const asAdmin = await administratorOf(other)
  const secret: string = (await asAdmin('POST', '/admin/clients/rotated/secrets')).json().clientSecret
  t.ok(await works(other, { ...client, secret }), 'a new secret helps')
  t.ok(await works(await ring(one), client), 'and the old keys bring the old secret back')
})

t.test('secrets that were hashed without a key are put under one', async (t) => {
  const auth = await boot()
  const client = await newClient(auth, 'older')
  const { salt } = await db
    .selectFrom('client_secrets')
    .select('salt')
    .where('client_id', '=', 'older')
    .executeTakeFirstOrThrow()
  const hash = createHmac('sha256', salt).update(client.secret).digest()
  await db.updateTable('client_secrets').set({ hash, key_id: null }).where('client_id', '=', 'older').execute()
  t.notOk(await works(auth, client))
  t.ok(await works(await boot(), client))
  const row = await db
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', '=', 'older')
    .executeTakeFirstOrThrow()
  t.ok(row.key_id)
  t.notSame(row.hash, hash)
})

t.test('replicas that start together agree on one key', async (t) => {
  const fresh = await testEnvironment(t)
  const replicas = await Promise.all([1, 2, 3].map(() => startAuthService(t, { environment: fresh })))
  const [first] = replicas
  if (!first) throw new Error('three replicas')
  const client = await newClient(first, 'shared')
  for (const replica of replicas) t.ok(await works(replica, client))
})

t.test('two secrets are good during a change; last use is noted without a write per token', async (t) => {
  const auth = await boot()
  const client = await newClient(auth, 'changing')
  const version = async (): Promise<unknown> =>
    (
      await db
        .selectFrom('service_clients')
        .select(['last_used_at'])
        .where('client_id', '=', 'changing')
        .executeTakeFirstOrThrow()
    ).last_used_at
  t.equal(await version(), null)
  t.ok(await works(auth, client))
  const noted = await version()
  t.ok(noted instanceof Date)
  for (let n = 0; n < 5; n++) await works(auth, client)
  t.same(await version(), noted)
  await db
    .updateTable('service_clients')
    .set({ last_used_at: new Date(Date.now() - 61_000) })
    .where('client_id', '=', 'changing')
    .execute()
  t.ok(await works(auth, client))
  t.ok(Date.parse(String(await version())) >= Date.parse(String(noted)))

  const asAdmin = await administratorOf(auth)
  const next = async (): Promise<Client> => ({
    ...client,
    secret: (await asAdmin('POST', '/admin/clients/changing/secrets')).json().clientSecret,
  })
  const second = await next()
  t.same([await works(auth, client), await works(auth, second)], [true, true])
  const third = await next()
  t.same([await works(auth, client), await works(auth, second), await works(auth, third)], [false, true, true])
})

t.test(
  'SERVICE_CLIENTS: a changed secret is good from the boot on, the one before it until the next change',
  async (t) => {
    const client = (n: string): Client => ({ clientId: 'settled', secret: secretOf(n), scopes: ['employees:read'] })
    t.ok(await works(await bootWith(client('one')), client('one')))
    const changed = await bootWith(client('two'))
    t.same([await works(changed, client('one')), await works(changed, client('two'))], [true, true])
    const again = await bootWith(client('two'))
    t.same(
      [await works(again, client('one')), await works(again, client('two'))],
      [true, true],
      'a restart changes nothing',
    )
    const third = await bootWith(client('three'))
    t.same(
      [await works(third, client('one')), await works(third, client('two')), await works(third, client('three'))],
      [false, true, true],
    )
    const back = await bootWith(client('two'))
    t.same(
      [await works(back, client('two')), await works(back, client('three'))],
      [true, true],
      'back to the one before',
    )
    t.same(warningsOf(back, 'settled'), [])
    const wayBack = await bootWith(client('one'))
    t.notOk(await works(wayBack, client('one')), 'what was replaced twice does not come back')
    t.same(warningsOf(wayBack, 'settled'), ['configured_client_secret_replaced'])
  },
)

t.test('SERVICE_CLIENTS: a restart does not undo a change of secrets by an administrator', async (t) => {
  const client: Client = { clientId: 'handed-over', secret: secretOf('handed'), scopes: [] }
  const auth = await bootWith(client)
  const asAdmin = await administratorOf(auth)
  const secrets = []
  for (let n = 0; n < 2; n++)
    secrets.push((await asAdmin('POST', '/admin/clients/handed-over/secrets')).json().clientSecret)
  const restarted = await bootWith(client)
  t.notOk(await works(restarted, client))
  for (const secret of secrets) t.ok(await works(restarted, { ...client, secret }))
})

t.test(
  'SERVICE_CLIENTS: a client that is left out lives on and is named in the log; a deleted one stays deleted',
  async (t) => {
    const client: Client = { clientId: 'left', secret: secretOf('left'), scopes: ['employees:read'] }
    await bootWith(client)
    const without = await bootWith()
    t.ok(await works(without, client))
    t.same(warningsOf(without, 'left'), ['configured_client_left_out'])
    const asAdmin = await administratorOf(without)
    t.equal((await asAdmin('DELETE', '/admin/clients/left')).statusCode, 204)
    const restarted = await bootWith(client)
    t.notOk(await works(restarted, client))
    t.same(warningsOf(restarted, 'left'), ['configured_client_deleted'])
  },
)

t.test('SERVICE_CLIENTS: changed scopes count from the boot on', async (t) => {
  const client: Client = { clientId: 'scoped', secret: secretOf('scoped'), scopes: ['users:read', 'employees:read'] }
  const auth = await bootWith(client)
  const token = async (service: TestService): Promise<string> => {
    const response = await service.app.inject({
      method: 'POST',
      url: '/oauth/token',
      payload: 'grant_type=client_credentials',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) },
    })
    return response.json().access_token
  }
  const before = await token(auth)
  t.equal((await auth.call('GET', '/admin/users', { token: before })).statusCode, 200)
  await bootWith({ ...client, scopes: ['employees:read'] })
  t.equal((await auth.call('GET', '/admin/users', { token: before })).json().code, 'insufficient_scope', 'at once here')
})

t.test('settings that name clients badly are refused at boot, without a value', async (t) => {
  const good: Client = { clientId: 'good', secret: secretOf('canary'), scopes: [] }
  for (const [title, variables] of Object.entries({
    'an id like a user’s': {
      SERVICE_CLIENTS: JSON.stringify([{ ...good, clientId: '01a1fa20-015f-71ab-bc02-c62fef8119a4' }]),
    },
    'our own id': { SERVICE_CLIENTS: JSON.stringify([{ ...good, clientId: 'latchkey' }]) },
    'one id twice': { SERVICE_CLIENTS: JSON.stringify([good, good]) },
    'a short secret': { SERVICE_CLIENTS: JSON.stringify([{ ...good, secret: 'canary' }]) },
    'an unknown scope': { SERVICE_CLIENTS: JSON.stringify([{ ...good, scopes: ['all'] }]) },
    'no list': { SERVICE_CLIENTS: '{"canary":1}' },
    'no JSON': { SERVICE_CLIENTS: 'canary' },
    'our own id for employee-service': { EMPLOYEE_CLIENT_ID: 'latchkey' },
    'a short secret for employee-service': { EMPLOYEE_CLIENT_SECRET: 'canary' },
  })) {
    const error: unknown = await boot(variables).catch((reason: unknown) => reason)
    t.match(error, { name: 'SettingsError' }, title)
    t.notMatch(String(error), 'canary', title)
  }
})

t.test('a deleted client’s tokens are dead here at once and at every verifier through the feed', async (t) => {
  const auth = await listen(t)
  const resource = await startResourceService(t, auth)
  const asAdmin = await administratorOf(auth)
  const client = await newClient(auth, 'doomed')
  const answer = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))
  const token = String(answer.json.access_token)
  t.equal(await resource.verdictOn(token), 'ok')
  t.equal((await asAdmin('DELETE', '/admin/clients/doomed')).statusCode, 204)
  t.equal((await auth.call('GET', '/auth/me', { token })).json().code, 'token_revoked')
  await until('the verifier refuses it', async () => (await resource.verdictOn(token)) === 'token_revoked')
  t.notOk(await works(auth, client))
})

t.test(
  'a deletion that Redis did not hear of is finished by repeating it, and one that it forgot is told again',
  async (t) => {
    const redis = await privateRedis(t)
    const own = { ...(await testEnvironment(t)), redisUrl: redis.url }
    const auth = await listen(t, { environment: own })
    const asAdmin = await administratorOf(auth)
    const tokenOf = async (client: Client): Promise<string> =>
      String(
        (await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))).json.access_token,
      )
    const [doomed, single] = [await newClient(auth, 'doomed'), await newClient(auth, 'single')]
    const [first, second, third] = [await tokenOf(doomed), await tokenOf(single), await tokenOf(single)]
    const before = await startResourceService(t, auth)

    const connection = new Redis(redis.url)
    t.teardown(() => connection.disconnect())
    await connection.config('SET', 'maxmemory', '1')
    t.equal((await asAdmin('DELETE', '/admin/clients/doomed')).statusCode, 503, 'Redis takes nothing')
    t.equal(await before.verdictOn(first), 'ok')
    await connection.config('SET', 'maxmemory', '0')
    t.equal((await asAdmin('DELETE', '/admin/clients/doomed')).statusCode, 404, 'there is none any more')
    await until('the verifier refuses it', async () => (await before.verdictOn(first)) === 'token_revoked')
    t.equal((await send(`${auth.url}/oauth/revoke`, { token: second })).status, 200)

    await connection.flushall()
    await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await until(
      'auth-service has told Redis again',
      async () => (await auth.call('GET', '/health/ready')).statusCode === 200,
    )
    const after = await startResourceService(t, auth)
    t.same(
      [await after.verdictOn(first), await after.verdictOn(second), await after.verdictOn(third)],
      ['token_revoked', 'token_revoked', 'ok'],
    )
    for (const token of [first, second]) {
      t.equal((await auth.call('GET', '/auth/me', { token })).json().code, 'token_revoked')
    }
  },
)
