import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { countClientsOfLeavers } from '../../src/clients/left-clients-repository.ts'
import { databaseOf, trailOf } from '../support/audit.ts'
import { administratorOf, type SignedIn, startAuthService } from '../support/auth-service.ts'
import { callsOf, newClient } from '../support/clients.ts'

// Who leaves is named with the service clients that go on working for them.

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const trail = await trailOf(auth)
const MANAGER = ['clients:manage', 'profile']

type Calls = (method: string, url: string, body?: object) => ReturnType<typeof auth.call>

const callsAs =
  ({ accessToken: token }: SignedIn): Calls =>
  (method, url, body) =>
    auth.call(method, url, { token, ...(body && { body }) })

/** Makes a client under the calls of its maker, and resolves to calls of its own. */
async function make(as: Calls, clientId: string, scopes = MANAGER): Promise<Calls> {
  const made = await as('POST', '/admin/clients', { clientId, scopes })
  if (made.statusCode !== 201) throw new Error(made.body)
  return callsOf(auth, { clientId, secret: made.json().clientSecret })
}

async function giveSecret(as: Calls, clientId: string): Promise<void> {
  const made = await as('POST', `/admin/clients/${clientId}/secrets`)
  if (made.statusCode !== 201) throw new Error(made.body)
}

const disable = async (userId: string, as: Calls = asAdmin) =>
  (await as('PATCH', `/admin/users/${userId}`, { status: 'disabled' })).json().clients

t.test('disabling names what the user made, through whatever they made, and what they hold a secret of', async (t) => {
  const leaver = await auth.newUser({ roles: ['admin'] })
  const asLeaver = callsAs(leaver)
  const asFirst = await make(asLeaver, 'a-made')
  const asSecond = await make(asFirst, 'a-made-by-it')
  await make(asSecond, 'a-made-by-that', [])
  const asGone = await make(asLeaver, 'a-gone')
  await make(asGone, 'a-outlived')
  await asAdmin('DELETE', '/admin/clients/a-gone')
  const asGiven = await make(asAdmin, 'a-given')
  await giveSecret(asLeaver, 'a-given')
  await make(asGiven, 'a-of-given', [])
  await make(asAdmin, 'a-given-by-it', [])
  await giveSecret(asFirst, 'a-given-by-it')
  // Nothing of the leaver's is left there.
  await make(asAdmin, 'a-taken-back')
  await giveSecret(asLeaver, 'a-taken-back')
  for (let n = 0; n < 2; n++) await giveSecret(asAdmin, 'a-taken-back')
  await make(asAdmin, 'a-of-another')

  const expected = ['a-given', 'a-given-by-it', 'a-made', 'a-made-by-it', 'a-made-by-that', 'a-of-given', 'a-outlived']
  const desk = await callsOf(auth, await newClient(auth, 'desk', ['users:disable']))
  t.same(await disable(leaver.userId, desk), expected)
  t.same(await disable(leaver.userId, desk), expected, 'once more')
  const [entry, ...more] = await trail({ userId: leaver.userId, type: 'user_disabled' })
  t.match(entry, { actorId: 'desk', details: { clients: expected } })
  t.equal(more.length, 0)

  await asAdmin('DELETE', '/admin/clients/a-made')
  t.same(
    await disable(leaver.userId),
    expected.filter((id) => id !== 'a-made'),
    'what is deleted is no more',
  )
  const renamed = await asAdmin('PATCH', `/admin/users/${leaver.userId}`, { fullName: 'Gone' })
  t.notOk('clients' in renamed.json(), 'a change that does not disable')
  const enabled = await asAdmin('PATCH', `/admin/users/${leaver.userId}`, { status: 'active' })
  t.same(Object.keys(enabled.json()), ['user'])
})

t.test('nothing is named for those who made nothing', async (t) => {
  const user = await auth.newUser()
  t.same(await disable(user.userId), [])
  const [entry] = await trail({ userId: user.userId, type: 'user_disabled' })
  t.same(entry?.details, { clients: [] })
})

t.test('an erasure leaves the ids in the trail', async (t) => {
  const leaver = await auth.newUser({ roles: ['admin'] })
  const asFirst = await make(callsAs(leaver), 'b-made')
  await make(asFirst, 'b-made-by-it', [])
  t.equal((await asAdmin('DELETE', `/admin/users/${leaver.userId}`)).statusCode, 204)
  const [entry] = await trail({ userId: leaver.userId, type: 'user_erased' })
  t.same(entry?.details, { why: 'requested', clients: ['b-made', 'b-made-by-it'] })
  const { items } = (await asAdmin('GET', `/admin/clients?createdBy=${leaver.userId}`)).json()
  t.match(items, [{ clientId: 'b-made', createdBy: leaver.userId }])
})

t.test('a client that is made while its maker is disabled is named, or not made', async (t) => {
  const made: boolean[] = []
  for (let round = 0; round < 12; round++) {
    const leaver = await auth.newUser({ roles: ['admin'] })
    await make(asAdmin, `c-given-${round}`, [])
    const [creation, secret, clients] = await Promise.all([
      callsAs(leaver)('POST', '/admin/clients', { clientId: `c-made-${round}`, scopes: [] }),
      callsAs(leaver)('POST', `/admin/clients/c-given-${round}/secrets`),
      new Promise((resolve) => setTimeout(resolve, round)).then(() => disable(leaver.userId)),
    ])
    const expected = [
      ...(secret.statusCode === 201 ? [`c-given-${round}`] : []),
      ...(creation.statusCode === 201 ? [`c-made-${round}`] : []),
    ]
    t.same(clients, expected)
    made.push(...[creation, secret].map(({ statusCode }) => statusCode === 201))
  }
  t.comment(`${made.filter(Boolean).length} of ${made.length} were made`)
})

t.test('a metric counts clients of leavers until they have no secret any more that a leaver may know', async (t) => {
  const service = await startAuthService(t)
  const asRoot = await administratorOf(service)
  const db = databaseOf(t, service)
  const counted = () => countClientsOfLeavers(db)
  const admin = await service.newUser({ roles: ['admin'] })
  const call = (method: string, url: string, body?: object) =>
    service.call(method, url, { token: admin.accessToken, ...(body && { body }) })
  const factory = await call('POST', '/admin/clients', { clientId: 'd-factory', scopes: MANAGER })
  const asFactory = await callsOf(service, { clientId: 'd-factory', secret: factory.json().clientSecret })
  await asFactory('POST', '/admin/clients', { clientId: 'd-product', scopes: [] })
  await asRoot('POST', '/admin/clients', { clientId: 'd-other', scopes: [] })
  const bystander = await service.newUser()
  await asRoot('PATCH', `/admin/users/${bystander.userId}`, { status: 'disabled' })
  t.equal(await counted(), 0)

  await asRoot('PATCH', `/admin/users/${admin.userId}`, { status: 'disabled' })
  t.equal(await counted(), 2)
  const replica = await startAuthService(t, { beside: service })
  const scrape = async () => (await replica.app.operations.inject('/metrics')).body
  t.ok(await eventually(async () => /^service_clients_of_leavers 2$/m.test(await scrape())))

  await asRoot('DELETE', `/admin/users/${admin.userId}`)
  t.equal(await counted(), 2, 'of an account that is erased')
  for (let n = 0; n < 2; n++) await asRoot('POST', '/admin/clients/d-factory/secrets')
  t.equal(await counted(), 1, 'with two secrets of another administrator')
  await asRoot('DELETE', '/admin/clients/d-product')
  t.equal(await counted(), 0)
})
