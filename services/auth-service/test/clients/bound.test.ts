import t from 'tap'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { newClient, tokenOf } from '../support/clients.ts'

// No caller reaches a client that may do more than they, or makes one that does: each call for each kind of caller.

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const SCOPES = ['employees:read', 'audit:read']

/** An administrator's token that was asked for with less scope. */
async function narrowedAdministrator(scope: string): Promise<string> {
  const { refreshToken } = await auth.signInAdmin()
  const response = await auth.call('POST', '/oauth/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, scope }).toString(),
  })
  return response.json().access_token
}

const clientToken = async (clientId: string, ...scopes: string[]) =>
  tokenOf(auth, await newClient(auth, clientId, scopes))

type Expected = 'ok' | 'exceeds_own_scopes' | 'insufficient_scope' | 'unauthenticated'
const callers: Record<string, { token: string | undefined; expected: Expected }> = {
  'an administrator': { token: (await auth.signInAdmin()).accessToken, expected: 'ok' },
  'a client that holds these scopes, too': {
    token: await clientToken('equal', 'clients:manage', ...SCOPES),
    expected: 'ok',
  },
  'a client that lacks one of them': {
    token: await clientToken('lesser', 'clients:manage', 'employees:read', 'users:write'),
    expected: 'exceeds_own_scopes',
  },
  'an administrator with a token of less scope': {
    token: await narrowedAdministrator('clients:manage audit:read'),
    expected: 'exceeds_own_scopes',
  },
  'a client that does not manage clients': {
    token: await clientToken('other', ...SCOPES),
    expected: 'insufficient_scope',
  },
  hr: { token: (await auth.newUser({ roles: ['hr'] })).accessToken, expected: 'insufficient_scope' },
  'a caller without a token': { token: undefined, expected: 'unauthenticated' },
}

type Target = { clientId: string; secretIds: string[] }

/** Each acts on a client with {@link SCOPES}, or would make one. */
const calls: Record<string, (target: Target) => [method: string, path: string, body?: object]> = {
  'makes a client': ({ clientId }) => ['POST', '', { clientId: `${clientId}-2`, scopes: SCOPES }],
  'takes a scope away': ({ clientId }) => ['PATCH', `/${clientId}`, { scopes: ['employees:read'] }],
  'takes all scopes away': ({ clientId }) => ['PATCH', `/${clientId}`, { scopes: [] }],
  'leaves its scopes as they are': ({ clientId }) => ['PATCH', `/${clientId}`, { scopes: SCOPES }],
  'makes a secret': ({ clientId }) => ['POST', `/${clientId}/secrets`],
  'deletes a secret': ({ clientId, secretIds }) => ['DELETE', `/${clientId}/secrets/${secretIds[0]}`],
  'deletes the client': ({ clientId }) => ['DELETE', `/${clientId}`],
}

const listAll = async () => (await asAdmin('GET', '/admin/clients?limit=100')).json().items
let count = 0

for (const [who, { token, expected }] of Object.entries(callers)) {
  for (const [what, call] of Object.entries(calls)) {
    t.test(`${who} ${what}: ${expected}`, async (t) => {
      const clientId = `target-${++count}`
      await asAdmin('POST', '/admin/clients', { clientId, scopes: SCOPES })
      const before = await listAll()
      const target = before.find((each: { clientId: string }) => each.clientId === clientId)
      const secretIds = target.secrets.map(({ id }: { id: string }) => id)
      const [method, path, body] = call({ clientId, secretIds })
      const answer = await auth.call(method, `/admin/clients${path}`, {
        ...(token !== undefined && { token }),
        ...(body && { body }),
      })
      if (expected === 'ok') {
        t.ok(answer.statusCode < 300, answer.body)
      } else {
        t.equal(answer.statusCode, expected === 'unauthenticated' ? 401 : 403)
        t.equal(answer.json().code, expected)
        const after = await listAll()
        t.same(after, before, 'nothing has changed')
      }
      await asAdmin('DELETE', `/admin/clients/${clientId}`)
      await asAdmin('DELETE', `/admin/clients/${clientId}-2`)
    })
  }
}

t.test('a client within one’s own scopes gets none beyond them', async (t) => {
  await newClient(auth, 'plain', ['employees:read'])
  for (const [scopes, code] of [
    [['employees:read', 'audit:read'], 'exceeds_own_scopes'],
    [['audit:read'], 'exceeds_own_scopes'],
    [['employees:read', 'users:write'], undefined],
  ] as const) {
    const token = callers['a client that lacks one of them']?.token ?? ''
    const answer = await auth.call('PATCH', '/admin/clients/plain', { token, body: { scopes } })
    t.equal(answer.json().code, code, scopes.join())
  }
})
