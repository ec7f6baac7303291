import { createDatabase } from '@latchkey/database'
import t from 'tap'
import type { TestService } from '../support/auth-service.ts'
import { administratorOf } from '../support/auth-service.ts'
import { type Client, rebooting, works } from '../support/clients.ts'
import { basic } from '../support/send-form.ts'

const { boot, bootWith, environment } = await rebooting(t)
const database = createDatabase<unknown>({ url: environment.databaseUrl, schema: environment.schema })
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

t.test('SERVICE_CLIENTS: a restart does not undo a change of secrets by an administrator', async (t) => {
  const client: Client = { clientId: 'handed-over', secret: secretOf('handed'), scopes: [] }
  const auth = await bootWith(t, client)
  const asAdmin = await administratorOf(auth)
  const secrets = []
  for (let n = 0; n < 2; n++)
    secrets.push((await asAdmin('POST', '/admin/clients/handed-over/secrets')).json().clientSecret)
  const restarted = await bootWith(t, client)
  t.notOk(await works(restarted, client))
  for (const secret of secrets) t.ok(await works(restarted, { ...client, secret }))
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

t.test('SERVICE_CLIENTS: changed scopes apply from the start on', async (t) => {
  const client: Client = { clientId: 'scoped', secret: secretOf('scoped'), scopes: ['users:read', 'employees:read'] }
  const auth = await bootWith(t, client)
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
  await bootWith(t, { ...client, scopes: ['employees:read'] })
  t.equal((await auth.call('GET', '/admin/users', { token: before })).json().code, 'insufficient_scope', 'at once here')
})

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
