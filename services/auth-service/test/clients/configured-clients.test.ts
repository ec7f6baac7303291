import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import type { TestService } from '../support/auth-service.ts'
import { administratorOf } from '../support/auth-service.ts'
import { type Client, rebooting, tokenOf, works } from '../support/clients.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const { boot, bootWith, environment } = await rebooting(t)
const database = createDatabase<unknown>({ url: environment.databaseUrl, schema: environment.schema, ...NO_HURRY })
t.teardown(() => database.close())
const secretOf = (name: string): string => `a-secret-called-${name}-that-is-long-enough`

const warningsOf = (auth: TestService, clientId: string): unknown[] =>
  auth.logs
    .lines()
    .filter((line) => line.level === 40 && line.clientId === clientId)
    .map((line) => line.event)

t.test(
  'SERVICE_CLIENTS: a changed secret is valid from the start on, the previous one until the next change',
  async (t) => {
    const client = (n: string): Client => ({ clientId: 'settled', secret: secretOf(n), scopes: ['employees:read'] })
    t.ok(await works(await bootWith(t, client('one')), client('one')))
    const changed = await bootWith(t, client('two'))
    t.same([await works(changed, client('one')), await works(changed, client('two'))], [true, true])
    const again = await bootWith(t, client('two'))
    t.same(
      [await works(again, client('one')), await works(again, client('two'))],
      [true, true],
      'a restart changes nothing',
    )
    const third = await bootWith(t, client('three'))
    t.same(
      [await works(third, client('one')), await works(third, client('two')), await works(third, client('three'))],
      [false, true, true],
    )
    const back = await bootWith(t, client('two'))
    t.same(
      [await works(back, client('two')), await works(back, client('three'))],
      [true, true],
      'back to the one before',
    )
    t.same(warningsOf(back, 'settled'), [])
    const wayBack = await bootWith(t, client('one'))
    t.notOk(await works(wayBack, client('one')), 'what was replaced twice does not come back')
    t.same(warningsOf(wayBack, 'settled'), ['configured_client_secret_replaced'])
  },
)

t.test('SERVICE_CLIENTS: no call changes a client that the settings name', async (t) => {
  const client: Client = { clientId: 'settings-own', secret: secretOf('own'), scopes: ['employees:read'] }
  const auth = await bootWith(t, client)
  const asAdmin = await administratorOf(auth)
  const list = async () => (await asAdmin('GET', '/admin/clients?limit=100')).json().items
  const find = async () => (await list()).find(({ clientId }: Client) => clientId === client.clientId)
  const before = await find()
  t.match(before, { configured: true, createdBy: null, secrets: [{ createdBy: null }] })
  for (const [method, path, body] of [
    ['PATCH', '', { scopes: ['employees:read', 'audit:read'] }],
    ['PATCH', '', { scopes: client.scopes }],
    ['POST', '/secrets'],
    ['DELETE', `/secrets/${before.secrets[0].id}`],
    ['DELETE', ''],
  ] as const) {
    const answer = await asAdmin(method, `/admin/clients/settings-own${path}`, body)
    t.same([answer.statusCode, answer.json().code], [409, 'configured_client'], `${method} ${path}`)
  }
  t.same(await find(), before)
  t.ok(await works(auth, client))
})

t.test('SERVICE_CLIENTS: secrets that administrators made and deleted stay so when the client returns', async (t) => {
  const client: Client = { clientId: 'handed-over', secret: secretOf('handed'), scopes: [] }
  await bootWith(t, client)
  const asAdmin = await administratorOf(await bootWith(t))
  const { items } = (await asAdmin('GET', '/admin/clients?limit=100')).json()
  const shown = items.find(({ clientId }: Client) => clientId === 'handed-over')
  t.equal(shown.configured, false)
  t.equal((await asAdmin('DELETE', `/admin/clients/handed-over/secrets/${shown.secrets[0].id}`)).statusCode, 204)
  const secret: string = (await asAdmin('POST', '/admin/clients/handed-over/secrets')).json().clientSecret
  const restarted = await bootWith(t, client)
  t.notOk(await works(restarted, client), 'what was deleted does not come back')
  t.same(warningsOf(restarted, 'handed-over'), ['configured_client_secret_replaced'])
  t.ok(await works(restarted, { ...client, secret }))
})

t.test(
  'SERVICE_CLIENTS: a client that is left out stays and is named in the log; a deleted one stays deleted',
  async (t) => {
    const client: Client = { clientId: 'left', secret: secretOf('left'), scopes: ['employees:read'] }
    await bootWith(t, client)
    const without = await bootWith(t)
    t.ok(await works(without, client))
    t.same(warningsOf(without, 'left'), ['configured_client_left_out'])
    const asAdmin = await administratorOf(without)
    t.equal((await asAdmin('DELETE', '/admin/clients/left')).statusCode, 204)
    const restarted = await bootWith(t, client)
    t.notOk(await works(restarted, client))
    t.same(warningsOf(restarted, 'left'), ['configured_client_deleted'])
  },
)

t.test(
  'SERVICE_CLIENTS: a scope that is taken away voids the tokens of before, one that is added does not',
  async (t) => {
    const client: Client = { clientId: 'scoped', secret: secretOf('scoped'), scopes: ['users:read', 'employees:read'] }
    const auth = await bootWith(t, client)
    const resource = await startResourceService(t, auth)
    const before = await tokenOf(auth, client)
    const listUsers = async (token: string) => {
      const answer = await auth.call('GET', '/admin/users', { token })
      return answer.json().code ?? 'ok'
    }
    t.equal(await listUsers(before), 'ok')
    await bootWith(t, { ...client, scopes: ['employees:read'] })
    t.equal(await listUsers(before), 'token_revoked', 'at once here')
    t.ok(await resource.eventuallyRefuses(before))
    const between = await tokenOf(auth, client)
    t.match(claimsOf(between), { scope: 'employees:read', ver: 1 })

    await bootWith(t, client)
    t.equal(await listUsers(between), 'insufficient_scope', 'it has no more than was asked for')
    t.equal(await listUsers(before), 'token_revoked', 'it stays so')
    const after = await tokenOf(auth, client)
    t.match(claimsOf(after), { scope: 'users:read employees:read', ver: 1 })
    t.same([await listUsers(after), await resource.verify(after), await resource.verify(between)], ['ok', 'ok', 'ok'])
  },
)

t.test("employee-service's own client holds exactly its scopes, whatever an earlier version gave it", async (t) => {
  const own: Client = { clientId: 'employee-service', secret: secretOf('employees'), scopes: [] }
  const settings = { EMPLOYEE_CLIENT_SECRET: own.secret }
  const asAdmin = await administratorOf(await boot(t, settings))
  for (const scopes of ['{users:disable}', '{users:disable,users:write,audit:read}']) {
    await database.pool.query(`update service_clients set scopes = $1 where client_id = 'employee-service'`, [scopes])
    await boot(t, settings)
    const { items } = (await asAdmin('GET', '/admin/clients')).json()
    const found = items.find(({ clientId }: Client) => clientId === own.clientId)
    t.same(found.scopes, ['profile', 'employees:read', 'users:invite', 'users:disable'])
  }
})

t.test('settings with malformed clients are refused at the start, without showing a value', async (t) => {
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
    const error: unknown = await boot(t, variables).catch((reason: unknown) => reason)
    t.match(error, { name: 'SettingsError' }, title)
    t.notMatch(String(error), 'canary', title)
  }
})
