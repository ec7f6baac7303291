import t from 'tap'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, {
  variables: {
    ...mailbox.variables,
    SERVICE_CLIENTS: JSON.stringify([{ clientId: 'configured', secret: 's'.repeat(32), scopes: ['profile'] }]),
  },
})
const asAdmin = await administratorOf(auth)
const description = 'For tests'
const faultsOf = (response: { json(): { errors?: { path: string }[] } }) =>
  response.json().errors?.map(({ path }) => path)

for (const [kind, members] of [
  ['scopes', { description }],
  ['roles', { description, scopes: ['profile'] }],
] as const) {
  const [own, builtIn] = kind === 'scopes' ? ['sent:back', 'profile'] : ['sentback', 'hr']

  t.test(`PUT of ${kind} takes what GET gave, of a built-in one when nothing is changed`, async (t) => {
    await asAdmin('PUT', `/admin/${kind}/${own}`, members)
    for (const name of [own, builtIn]) {
      const read = (await asAdmin('GET', `/admin/${kind}/${name}`)).json()
      const answer = await asAdmin('PUT', `/admin/${kind}/${name}`, read)
      t.equal(answer.statusCode, 200, name)
      t.same(answer.json(), read)
    }
    const changed = { ...(await asAdmin('GET', `/admin/${kind}/${own}`)).json(), description: 'Another' }
    t.same((await asAdmin('PUT', `/admin/${kind}/${own}`, changed)).json(), changed)
    const other = { ...(await asAdmin('GET', `/admin/${kind}/${builtIn}`)).json(), description: 'Another' }
    t.match((await asAdmin('PUT', `/admin/${kind}/${builtIn}`, other)).json(), { status: 409, code: 'built_in' })
  })

  t.test(`PUT of ${kind} refuses what was not read so, and writes nothing`, async (t) => {
    const read = (await asAdmin('GET', `/admin/${kind}/${own}`)).json()
    const another = { name: builtIn, builtIn: true, configured: true, description: 'Not written' }
    const answer = await asAdmin('PUT', `/admin/${kind}/${own}`, { ...read, ...another })
    t.equal(answer.statusCode, 400)
    t.same(faultsOf(answer), ['/name', '/builtIn', '/configured'])
    t.same((await asAdmin('GET', `/admin/${kind}/${own}`)).json(), read)
    const [made] = kind === 'scopes' ? ['sent:new'] : ['sentnew']
    t.equal((await asAdmin('PUT', `/admin/${kind}/${made}`, { ...members, builtIn: true })).statusCode, 400)
    t.equal((await asAdmin('GET', `/admin/${kind}/${made}`)).statusCode, 404)
    t.equal((await asAdmin('PUT', `/admin/${kind}/${made}`, { ...members, name: made })).statusCode, 201)
  })
}

t.test('a user may be sent back whole: nothing changes, and the address is not vouched for', async (t) => {
  const { id } = await auth.newAccount()
  const read = async () => (await asAdmin('GET', `/admin/users/${id}`)).json().user
  const before = await read()
  t.equal(before.emailVerified, false)
  t.equal((await asAdmin('PATCH', `/admin/users/${id}`, before)).statusCode, 200)
  t.same(await read(), before)

  const answer = await asAdmin('PATCH', `/admin/users/${id}`, { ...before, fullName: 'Ada Lovelace' })
  t.match(answer.json().user, { fullName: 'Ada Lovelace', emailVerified: false })
  const refused = await asAdmin('PATCH', `/admin/users/${id}`, {
    ...before,
    id: '0190a000-0000-7000-8000-000000000000',
    emailVerified: true,
    createdAt: '2020-01-01T00:00:00Z',
    fullName: 'Not written',
  })
  t.same([refused.statusCode, faultsOf(refused)], [400, ['/id', '/emailVerified', '/createdAt']])
  t.equal((await read()).fullName, 'Ada Lovelace')
})

t.test('an invited user may be sent back whole, and the invitation stays good', async (t) => {
  const email = 'sent-back@example.test'
  const { user } = (await asAdmin('POST', '/admin/users', { email })).json()
  const token = await mailbox.nextToken(email)
  const read = (await asAdmin('GET', `/admin/users/${user.id}`)).json().user
  t.match(read, { status: 'invited', invitation: { state: 'open' } })
  t.equal((await asAdmin('PATCH', `/admin/users/${user.id}`, { ...read, fullName: 'Ada' })).statusCode, 200)
  const body = { token, password: 'a long password of nobody else 42', delivery: 'body' }
  t.equal((await auth.call('POST', '/auth/invitations/accept', { body })).statusCode, 200)
})

t.test('the owner may send back the user of their profile, and changes nothing else with it', async (t) => {
  const { accessToken: token } = await auth.newUser()
  const { user } = (await auth.call('GET', '/auth/me', { token })).json()
  const send = (body: object) => auth.call('PATCH', '/auth/me', { token, body })
  t.same((await send(user)).json().user, user)
  t.match((await send({ ...user, fullName: 'Ada' })).json().user, { ...user, fullName: 'Ada' })
  const refused = await send({ ...user, roles: ['admin'], status: 'disabled', email: 'other@example.test' })
  t.same([refused.statusCode, faultsOf(refused)?.sort()], [400, ['/email', '/roles', '/status']])
})

t.test('a service client may be sent back as the list has it, with other scopes too', async (t) => {
  await asAdmin('POST', '/admin/clients', { clientId: 'sent-back', scopes: ['profile'] })
  const read = async (): Promise<{ clientId: string }> =>
    (await asAdmin('GET', '/admin/clients?limit=100'))
      .json()
      .items.find(({ clientId }: { clientId: string }) => clientId === 'sent-back')
  const before = await read()
  t.same((await asAdmin('PATCH', '/admin/clients/sent-back', before)).json(), before)
  const scopes = ['profile', 'employees:read']
  t.match((await asAdmin('PATCH', '/admin/clients/sent-back', { ...before, scopes })).json(), { ...before, scopes })
  const refused = await asAdmin('PATCH', '/admin/clients/sent-back', {
    ...before,
    clientId: 'configured',
    configured: true,
    secrets: [],
  })
  t.same([refused.statusCode, faultsOf(refused)?.sort()], [400, ['/clientId', '/configured', '/secrets']])
})

t.test('a service client of the settings may be sent back unchanged, and not otherwise', async (t) => {
  const { items } = (await asAdmin('GET', '/admin/clients?limit=100')).json()
  const before = items.find(({ clientId }: { clientId: string }) => clientId === 'configured')
  const send = (body: object) => asAdmin('PATCH', '/admin/clients/configured', body)
  const answer = await send(before)
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), before)
  const refusals = {
    'other scopes': { ...before, scopes: ['profile', 'employees:read'] },
    'fewer scopes': { ...before, scopes: [] },
    'the scopes alone': { scopes: before.scopes },
  }
  for (const [title, body] of Object.entries(refusals)) {
    t.match((await send(body)).json(), { status: 409, code: 'configured_client' }, title)
  }
  const refused = await send({ ...before, secrets: [] })
  t.same([refused.statusCode, faultsOf(refused)], [400, ['/secrets']])
})
