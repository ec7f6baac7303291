import { sql } from 'kysely'
import t from 'tap'
import { databaseOf } from '../../support/audit.ts'
import { administratorOf, PASSWORD, type SignedIn, startAuthService } from '../../support/auth-service.ts'
import { callsOf } from '../../support/clients.ts'
import { startMailbox } from '../../support/mailbox.ts'
import { basic } from '../../support/send-form.ts'

// Who may invite, or have passwords reset, keeps a way in for the day on which that is taken away.

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, { variables: mailbox.variables })
const db = databaseOf(t, auth)
const asAdmin = await administratorOf(auth)
const as =
  ({ accessToken: token }: Pick<SignedIn, 'accessToken'>) =>
  (method: string, url: string, body?: object) =>
    auth.call(method, url, { token, ...(body && { body }) })

let people = 0
const newAddress = () => `accomplice${++people}@corp.test`

const accept = (token: string) => auth.call('POST', '/auth/invitations/accept', { body: { token, password: PASSWORD } })
const reset = (token: string) =>
  auth.call('POST', '/auth/password/reset', {
    body: { token, password: 'a heron walks over nine slow rivers' },
  })

async function stateOf(userId: string): Promise<string | undefined> {
  type Item = { user: { id: string }; state: string }
  const { items }: { items: Item[] } = (await asAdmin('GET', '/admin/invitations?limit=100')).json()
  return items.find(({ user }) => user.id === userId)?.state
}

/** An invitation to the role, and a link that resets the password of an administrator, both made by the caller. */
async function linksBy(caller: ReturnType<typeof as>) {
  const email = newAddress()
  const invited = await caller('POST', '/admin/users', { email, roles: ['admin'] })
  const other = await auth.newAccount({ roles: ['admin'] })
  await caller('POST', `/admin/users/${other.id}/password-reset`)
  return {
    invitedId: invited.json().user.id,
    invitation: await mailbox.nextToken(email),
    reset: await mailbox.nextToken(other.email),
  }
}

const allScopes = async (): Promise<string[]> => (await asAdmin('GET', '/admin/roles/admin')).json().scopes

t.test('what an administrator has sent is dead once they are one no longer', async (t) => {
  const ways: Record<string, (url: string) => ReturnType<typeof asAdmin>> = {
    disabled: (url) => asAdmin('PATCH', url, { status: 'disabled' }),
    demoted: (url) => asAdmin('PATCH', url, { roles: ['user'] }),
    erased: (url) => asAdmin('DELETE', url),
  }
  for (const [way, takeAway] of Object.entries(ways)) {
    const maker = await auth.newUser({ roles: ['user', 'admin'] })
    const links = await linksBy(as(maker))
    t.ok((await takeAway(`/admin/users/${maker.userId}`)).statusCode < 300, way)
    t.equal((await accept(links.invitation)).json().code, 'invalid_link', `${way}: the invitation`)
    t.equal((await reset(links.reset)).json().code, 'invalid_link', `${way}: the new password`)
    t.equal(await stateOf(links.invitedId), 'withdrawn', way)
    const renewed = await asAdmin('POST', `/admin/users/${links.invitedId}/invitation`)
    t.equal(renewed.statusCode, 201, 'another administrator may send it again')
  }
})

t.test(
  'what a service client has sent is dead once it has lost a scope, also where it gets the scope back',
  async (t) => {
    const scopes = await allScopes()
    const made = await asAdmin('POST', '/admin/clients', { clientId: 'inviter', scopes })
    const client = { clientId: 'inviter', secret: made.json().clientSecret }
    const links = await linksBy(await callsOf(auth, client))
    for (const given of [scopes.filter((scope) => scope !== 'audit:read'), scopes])
      t.equal((await asAdmin('PATCH', '/admin/clients/inviter', { scopes: given })).statusCode, 200)
    t.equal((await accept(links.invitation)).json().code, 'invalid_link')
    t.equal((await reset(links.reset)).json().code, 'invalid_link')
    t.equal(await stateOf(links.invitedId), 'withdrawn')
  },
)

t.test('the invitations of a dismissed personnel officer are dead, too', async (t) => {
  const hr = await auth.newUser({ roles: ['hr'] })
  const email = newAddress()
  await as(hr)('POST', '/admin/users', { email, roles: ['staff'] })
  const token = await mailbox.nextToken(email)
  t.equal((await asAdmin('PATCH', `/admin/users/${hr.userId}`, { status: 'disabled' })).statusCode, 200)
  t.equal((await accept(token)).json().code, 'invalid_link')
})

t.test('the links of a service client go with it', async (t) => {
  const scopes = ['profile', 'users:invite', 'users:write']
  const made = await asAdmin('POST', '/admin/clients', { clientId: 'desk', scopes })
  const { json } = await auth.app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...basic({ clientId: 'desk', secret: made.json().clientSecret }),
    },
  })
  const asDesk = as({ accessToken: json().access_token })
  const email = newAddress()
  t.equal((await asDesk('POST', '/admin/users', { email })).statusCode, 201)
  const user = await auth.newAccount()
  t.equal((await asDesk('POST', `/admin/users/${user.id}/password-reset`)).statusCode, 200)
  const links = { invitation: await mailbox.nextToken(email), reset: await mailbox.nextToken(user.email) }
  t.equal((await asAdmin('DELETE', '/admin/clients/desk')).statusCode, 204)
  t.equal((await accept(links.invitation)).json().code, 'invalid_link')
  t.equal((await reset(links.reset)).json().code, 'invalid_link')
})

t.test('whoever keeps their roles keeps their links, and so does who gets more', async (t) => {
  const maker = await auth.newUser({ roles: ['admin'] })
  const links = await linksBy(as(maker))
  const change = { fullName: 'Mona Maker', roles: ['admin', 'staff'] }
  t.equal((await asAdmin('PATCH', `/admin/users/${maker.userId}`, change)).statusCode, 200)
  t.equal((await accept(links.invitation)).statusCode, 200)
  t.equal((await reset(links.reset)).statusCode, 204)
})

t.test('a link that is being made when its maker is disabled is not made', async (t) => {
  const invited = await auth.newAccount({ status: 'invited' })
  const user = await auth.newAccount()
  for (const [url, body] of [
    ['/admin/users', { email: newAddress() }],
    [`/admin/users/${invited.id}/invitation`, undefined],
    [`/admin/users/${user.id}/password-reset`, undefined],
  ] as const) {
    const maker = await auth.newUser({ roles: ['admin'] })
    const answer = await db.transaction().execute(async (trx) => {
      await sql`update users set status = 'disabled' where id = ${maker.userId}`.execute(trx)
      // Until the commit, the service takes the maker for active.
      return { made: as(maker)('POST', url, body) }
    })
    t.match((await answer.made).json(), { status: 401, code: 'token_revoked' }, url)
  }
})

t.test('a link that races with the disabling of its maker is refused, or dead', async (t) => {
  for (let n = 0; n < 6; n++) {
    const maker = await auth.newUser({ roles: ['admin'] })
    const email = newAddress()
    const [made, disabled] = await Promise.all([
      as(maker)('POST', '/admin/users', { email, roles: ['admin'] }),
      asAdmin('PATCH', `/admin/users/${maker.userId}`, { status: 'disabled' }),
    ])
    t.equal(disabled.statusCode, 200)
    t.ok([201, 401].includes(made.statusCode), `${made.statusCode}`)
    if (made.statusCode === 201) t.equal(await stateOf(made.json().user.id), 'withdrawn')
  }
})

t.test('administrators who act on each other at once do not wait in a circle', async (t) => {
  const administrators = await Promise.all(Array.from({ length: 3 }, () => auth.newUser({ roles: ['admin'] })))
  const answers = await Promise.all(
    administrators.flatMap((maker) =>
      administrators
        .filter((other) => other !== maker)
        .flatMap((other) => [
          as(maker)('POST', `/admin/users/${other.userId}/password-reset`),
          as(maker)('POST', '/admin/users', { email: other.email }),
          as(maker)('PATCH', `/admin/users/${other.userId}`, { fullName: 'Ada' }),
        ]),
    ),
  )
  // A busy machine may have no time for all of them.
  t.ok(answers.every(({ statusCode }) => [200, 409, 503].includes(statusCode)))
  t.notMatch(auth.logs.text(), /deadlock/)
})
