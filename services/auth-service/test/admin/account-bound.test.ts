import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'
import { basic } from '../support/send-form.ts'

const DESK = {
  clientId: 'desk',
  secret: 'a-secret-of-the-desk-that-is-long-enough',
  scopes: ['profile', 'employees:read', 'users:write'],
}
const KEEPER = {
  clientId: 'keeper',
  secret: 'a-secret-of-the-keeper-that-is-long-enough',
  scopes: ['profile', 'clients:manage'],
}
const auth = await startAuthService(t, { variables: { SERVICE_CLIENTS: JSON.stringify([DESK, KEEPER]) } })
async function tokenOf(client: typeof DESK): Promise<string> {
  const issued = await auth.app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) },
  })
  return issued.json().access_token
}
const [desk, keeper] = [await tokenOf(DESK), await tokenOf(KEEPER)]
const asDesk = (userId: string, body: object) => auth.call('PATCH', `/admin/users/${userId}`, { token: desk, body })

t.test('a caller changes no account that holds a scope which the caller lacks', async (t) => {
  const administrator = await auth.newAccount({ roles: ['admin'] })
  for (const change of [
    { fullName: 'Not I' },
    { roles: ['user'] },
    { status: 'active' },
    { status: 'disabled', fullName: 'Not I' },
  ]) {
    const response = await asDesk(administrator.id, change)
    t.equal(response.statusCode, 403, JSON.stringify(change))
    t.equal(response.json().code, 'exceeds_own_scopes')
  }
  const plain = await auth.newAccount()
  t.equal((await asDesk(plain.id, { fullName: 'Pat' })).json().user.fullName, 'Pat')
})

t.test('a caller grants no role that holds a scope which the caller lacks', async (t) => {
  const user = await auth.newAccount()
  for (const role of ['hr', 'admin']) {
    const response = await asDesk(user.id, { roles: ['user', role] })
    t.equal(response.json().code, 'exceeds_own_scopes', role)
  }
  t.equal((await asDesk(user.id, { roles: ['user'] })).statusCode, 200)
})

t.test('disabling is the exception: it reaches every account', async (t) => {
  const administrator = await auth.newAccount({ roles: ['admin'] })
  t.equal((await asDesk(administrator.id, { status: 'disabled' })).json().user.status, 'disabled')
  t.equal((await asDesk(administrator.id, { status: 'active' })).json().code, 'exceeds_own_scopes')
})

t.test('who manages clients makes none, and no secret of one, that may do more than they', async (t) => {
  const asKeeper = (method: string, url: string, body?: object) =>
    auth.call(method, url, { token: keeper, ...(body && { body }) })
  const beyond = await asKeeper('POST', '/admin/clients', { clientId: 'mine', scopes: ['profile', 'users:write'] })
  t.equal(beyond.statusCode, 403)
  t.equal(beyond.json().code, 'exceeds_own_scopes')
  t.equal((await asKeeper('POST', '/admin/clients/desk/secrets')).json().code, 'exceeds_own_scopes')
  t.equal((await asKeeper('POST', '/admin/clients', { clientId: 'mine', scopes: ['profile'] })).statusCode, 201)
  t.equal((await asKeeper('POST', '/admin/clients/mine/secrets')).statusCode, 201)
})
