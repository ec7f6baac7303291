import t from 'tap'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { formEncode } from '../support/send-form.ts'

const PLAIN = {
  clientId: 'payroll',
  secret: 'a-secret-of-payroll-that-is-long-enough',
  scopes: ['employees:read', 'tokens:introspect'],
}
const ODD = { clientId: 'odd', secret: 'p:a%s+s é&= with everything in it', scopes: ['employees:read'] }
const auth = await startAuthService(t, {
  variables: {
    SERVICE_CLIENTS: JSON.stringify([PLAIN, ODD]),
    EMPLOYEE_CLIENT_SECRET: 'employee-service-secret-of-32-characters',
  },
})
const asAdmin = await administratorOf(auth)
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${formEncode(id)}:${formEncode(secret)}`).toString('base64')}`,
})
const BASIC = basic(PLAIN.clientId, PLAIN.secret)
const send = (url: string, form: string | Record<string, string>, headers: Record<string, string> = {}) =>
  auth.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
const token = (form: string | Record<string, string>, headers: Record<string, string> = {}) =>
  send('/oauth/token', form, headers)
const CLIENT_CREDENTIALS = { grant_type: 'client_credentials' }

t.test('administrators create clients, replace their secrets without a gap, and delete them for good', async (t) => {
  const created = await asAdmin('POST', '/admin/clients', { clientId: 'reports', scopes: ['employees:read'] })
  t.equal(created.statusCode, 201)
  const first: string = created.json().clientSecret
  t.match(first, /^lks_[\w-]{43}$/)
  t.equal((await asAdmin('POST', '/admin/clients', { clientId: 'reports', scopes: [] })).json().code, 'client_exists')
  const works = async (secret: string) => (await token(CLIENT_CREDENTIALS, basic('reports', secret))).statusCode === 200
  t.ok(await works(first))

  const second: string = (await asAdmin('POST', '/admin/clients/reports/secrets')).json().clientSecret
  t.same([await works(first), await works(second)], [true, true], 'two are good during a change')
  const third: string = (await asAdmin('POST', '/admin/clients/reports/secrets')).json().clientSecret
  t.same([await works(first), await works(second), await works(third)], [false, true, true])

  const list = await asAdmin('GET', '/admin/clients?limit=100')
  const shown = list.json().items.find((item: { clientId: string }) => item.clientId === 'reports')
  t.equal(shown.secrets.length, 2)
  t.ok(Date.parse(shown.lastUsedAt) > 0)
  for (const secret of [first, second, third]) t.notOk(list.body.includes(secret))

  for (const cursor of ['AA', '_w', 'x', Buffer.from('a\u0000').toString('base64url')]) {
    const page = await asAdmin('GET', `/admin/clients?cursor=${cursor}`)
    t.same([page.statusCode, page.json().code], [400, 'invalid_request'], 'what was never a cursor')
  }
  const onePage = (await asAdmin('GET', '/admin/clients?limit=1')).json()
  const rest = (await asAdmin('GET', `/admin/clients?limit=100&cursor=${onePage.nextCursor}`)).json()
  t.same([...onePage.items, ...rest.items], list.json().items, 'page by page')

  const { access_token } = (await token(CLIENT_CREDENTIALS, basic('reports', third))).json()
  t.equal((await asAdmin('DELETE', '/admin/clients/reports')).statusCode, 204)
  t.equal(await works(third), false)
  const introspection = await send('/oauth/introspect', { token: access_token }, BASIC)
  t.same(introspection.json(), { active: false })
  t.equal((await asAdmin('DELETE', '/admin/clients/reports')).json().code, 'client_not_found')
  t.equal((await asAdmin('POST', '/admin/clients', { clientId: 'reports', scopes: [] })).json().code, 'client_exists')

  for (const clientId of ['01a1fa20-015f-71ab-bc02-c62fef8119a4', 'Upper', 'a', '../x', 'a b']) {
    t.equal((await asAdmin('POST', '/admin/clients', { clientId, scopes: [] })).statusCode, 400, clientId)
  }
  const types = (await asAdmin('GET', '/admin/audit?userId=reports&limit=100'))
    .json()
    .items.map((event: { type: string }) => event.type)
  t.same(types, [
    'client_deleted',
    'client_authentication_failed',
    'client_secret_created',
    'client_secret_created',
    'client_secret_created',
    'client_created',
  ])
})
