import { sql } from 'kysely'
import t from 'tap'
import type { AuthTransaction } from '../../src/database/auth-database.ts'
import { databaseOf } from '../support/audit.ts'
import { administratorOf, type SignedIn, startAuthService } from '../support/auth-service.ts'
import { callsOf } from '../support/clients.ts'

// A caller loses what a call needs while the call is under way: it was let in, and must not be done.

const auth = await startAuthService(t)
const replica = await startAuthService(t, { beside: auth })
const db = databaseOf(t, auth)
const asAdmin = await administratorOf(auth)
const as =
  ({ accessToken: token }: Pick<SignedIn, 'accessToken'>, service = auth) =>
  (method: string, url: string, body?: object) =>
    service.call(method, url, { token, ...(body && { body }) })
const description = 'For tests'
let count = 0
const newAddress = () => `someone-${++count}@example.test`

await asAdmin('PUT', '/admin/scopes/payroll:read', { description })
await asAdmin('PUT', '/admin/roles/present', { description, scopes: ['profile'] })

async function asNewClient(clientId: string, scopes: string[]) {
  const { clientSecret: secret } = (await asAdmin('POST', '/admin/clients', { clientId, scopes })).json()
  return callsOf(auth, { clientId, secret })
}

type Call = readonly [method: string, url: string, body?: object]

/** One of each call that acts on an account, a role, a scope or a client. */
async function callsOn(): Promise<Call[]> {
  const invited = async () => (await auth.newAccount({ status: 'invited' })).id
  const active = async () => (await auth.newAccount()).id
  const clientId = `target-${++count}`
  const { secretId } = (await asAdmin('POST', '/admin/clients', { clientId, scopes: ['profile'] })).json()
  return [
    ['POST', '/admin/users', { email: newAddress() }],
    ['PATCH', `/admin/users/${await active()}`, { roles: ['admin'] }],
    ['PATCH', `/admin/users/${await active()}`, { email: newAddress() }],
    ['PATCH', `/admin/users/${await active()}`, { status: 'disabled' }],
    ['POST', `/admin/users/${await active()}/password-reset`],
    ['DELETE', `/admin/users/${await active()}`],
    ['POST', `/admin/users/${await invited()}/invitation`],
    ['DELETE', `/admin/users/${await invited()}/invitation`],
    ['PUT', `/admin/roles/new-${++count}`, { description, scopes: ['profile'] }],
    ['DELETE', '/admin/roles/present'],
    ['PUT', `/admin/scopes/new:scope-${++count}`, { description }],
    ['DELETE', '/admin/scopes/payroll:read'],
    ['POST', '/admin/clients', { clientId: `new-${++count}`, scopes: ['profile'] }],
    ['PATCH', `/admin/clients/${clientId}`, { scopes: [] }],
    ['POST', `/admin/clients/${clientId}/secrets`],
    ['DELETE', `/admin/clients/${clientId}/secrets/${secretId}`],
    ['DELETE', `/admin/clients/${clientId}`],
  ]
}

/** What a call answers that begins before a change of its caller is committed, and goes on after. */
async function during(change: (trx: AuthTransaction) => Promise<unknown>, call: () => ReturnType<typeof auth.call>) {
  const { answer } = await db.transaction().execute(async (trx) => {
    await change(trx)
    // Until the commit, the service takes the caller for what they were.
    const answer = call()
    await new Promise((resolve) => setTimeout(resolve, 30))
    return { answer }
  })
  return answer
}

t.test('no call of an administrator is done once they are disabled or demoted', async (t) => {
  const ways = { disabled: sql`status = 'disabled'`, demoted: sql`roles = '{hr}'` }
  for (const [way, set] of Object.entries(ways)) {
    for (const [method, url, body] of await callsOn()) {
      const maker = await auth.newUser({ roles: ['admin'] })
      const answer = await during(
        (trx) => sql`update users set ${set} where id = ${maker.userId}`.execute(trx),
        () => as(maker)(method, url, body),
      )
      t.match(answer.json(), { status: 401, code: 'token_revoked' }, `${way}: ${method} ${url}`)
    }
  }
})

t.test('no call of a service client is done once it is deleted or has lost a scope', async (t) => {
  const { scopes } = (await asAdmin('GET', '/admin/roles/admin')).json()
  const ways = { deleted: sql`deleted_at = now()`, narrowed: sql`scopes = '{profile}', version = version + 1` }
  for (const [way, set] of Object.entries(ways)) {
    for (const [method, url, body] of await callsOn()) {
      const clientId = `maker-${++count}`
      const asClient = await asNewClient(clientId, scopes)
      const answer = await during(
        (trx) => sql`update service_clients set ${set} where client_id = ${clientId}`.execute(trx),
        () => asClient(method, url, body),
      )
      t.match(answer.json(), { status: 401, code: 'token_revoked' }, `${way}: ${method} ${url}`)
    }
  }
})

t.test('no call of the holder of a role is done once the role is narrowed', async (t) => {
  const scopes: string[] = (await asAdmin('GET', '/admin/roles/admin')).json().scopes
  for (const [method, url, body] of await callsOn()) {
    const role = `role-${++count}`
    await asAdmin('PUT', `/admin/roles/${role}`, { description, scopes })
    const maker = await auth.newUser({ roles: [role] })
    const answer = await during(
      async (trx) => {
        await sql`update policy set version = version + 1`.execute(trx)
        await sql`update roles set scopes = '{profile}' where name = ${role}`.execute(trx)
      },
      () => as(maker)(method, url, body),
    )
    // A busy machine may not have let it in by then.
    t.match(answer.json().code, /^(?:token_revoked|insufficient_scope)$/, `${method} ${url}`)
    await asAdmin('PATCH', `/admin/users/${maker.userId}`, { roles: ['user'] })
    await asAdmin('DELETE', `/admin/roles/${role}`)
  }
})

t.test('of two administrators who take each other’s rights away at once, one does', async (t) => {
  const changes = [{ status: 'disabled' }, { roles: ['user'] }]
  for (let round = 0; round < 12; round++) {
    const [one, two] = [await auth.newUser({ roles: ['admin'] }), await auth.newUser({ roles: ['admin'] })]
    const take = (maker: SignedIn, other: SignedIn, service: typeof auth) =>
      round % 3 === 2
        ? as(maker, service)('DELETE', `/admin/users/${other.userId}`)
        : as(maker, service)('PATCH', `/admin/users/${other.userId}`, changes[round % 3])
    const answers = await Promise.all([take(one, two, auth), take(two, one, replica)])
    const codes = answers.map(({ statusCode }) => (statusCode < 300 ? 200 : statusCode)).sort()
    // A busy machine may have no time for both.
    t.ok(['200,401', '200,503'].includes(codes.join()), codes.join())
    await Promise.all([one, two].map(({ userId }) => asAdmin('DELETE', `/admin/users/${userId}`)))
  }
})

t.test('callers who act on each other and on themselves do not wait in a circle', async (t) => {
  const scopes = ['profile', 'users:write', 'users:invite', 'clients:manage']
  await asAdmin('PUT', '/admin/roles/desk', { description, scopes })
  const desks = await Promise.all(Array.from({ length: 3 }, () => auth.newUser({ roles: ['desk'] })))
  const robots = ['robot-a', 'robot-b']
  const clients = await Promise.all(robots.map((id) => asNewClient(id, scopes)))
  for (let round = 0; round < 6; round++) {
    const answers = await Promise.all([
      ...desks.flatMap((desk, n) =>
        desks.flatMap(({ userId }) => [
          as(desk, n === 0 ? auth : replica)('PATCH', `/admin/users/${userId}`, { fullName: `Ada ${round}` }),
          as(desk)('POST', `/admin/users/${userId}/password-reset`),
        ]),
      ),
      ...desks.flatMap((desk) => robots.map((id) => as(desk)('PATCH', `/admin/clients/${id}`, { scopes }))),
      ...clients.flatMap((call) => [
        ...desks.map(({ userId }) => call('PATCH', `/admin/users/${userId}`, { fullName: `Bob ${round}` })),
        call('POST', '/admin/users', { email: newAddress() }),
        ...robots.map((id) => call('PATCH', `/admin/clients/${id}`, { scopes })),
      ]),
      ...robots.map((id) => asAdmin('POST', `/admin/clients/${id}/secrets`)),
      asAdmin('PUT', `/admin/roles/present-${round}`, { description, scopes }),
    ])
    // A busy machine may have no time for all of them, and three resets an hour are all that an account gets.
    const odd = answers.filter(({ statusCode }) => ![200, 201, 429, 503].includes(statusCode))
    t.same(
      odd.map(({ body }) => body),
      [],
    )
  }
  for (const { logs } of [auth, replica]) t.notMatch(logs.text(), /deadlock/)
})
