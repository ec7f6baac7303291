import { randomUUID } from 'node:crypto'
import t from 'tap'
import { trailOf } from '../support/audit.ts'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { newClient, tokenOf, works } from '../support/clients.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)

t.test('a deleted secret opens nothing from then on, and the other one goes on', async (t) => {
  const first = await newClient(auth, 'rotating')
  const added = (await asAdmin('POST', '/admin/clients/rotating/secrets')).json()
  const second = { ...first, secret: added.clientSecret }
  const [{ secrets }] = (await asAdmin('GET', '/admin/clients')).json().items
  const [leaked] = secrets
  const remove = (clientId: string, secretId: string) =>
    asAdmin('DELETE', `/admin/clients/${clientId}/secrets/${secretId}`)
  t.equal((await remove('rotating', leaked.id)).statusCode, 204)
  t.same([await works(auth, first), await works(auth, second)], [false, true])
  const again = await remove('rotating', leaked.id)
  t.same([again.statusCode, again.json().code], [404, 'secret_not_found'])

  const other = await newClient(auth, 'bystander')
  t.equal((await remove('bystander', added.secretId)).json().code, 'secret_not_found', 'a secret of another client')
  t.equal((await remove('bystander', randomUUID())).json().code, 'secret_not_found')
  t.equal((await remove('no-client', added.secretId)).json().code, 'client_not_found')
  t.equal((await remove('bystander', 'x')).json().code, 'invalid_request')
  t.same([await works(auth, other), await works(auth, second)], [true, true])

  const [entry] = await (await trailOf(auth))({ type: 'client_secret_deleted' })
  t.match(entry, { subjectId: 'rotating', details: { secretId: leaked.id } })
})

t.test(
  'the last secret can be deleted: the client signs in again once it has another, and its tokens expire',
  async (t) => {
    const client = await newClient(auth, 'stopped', ['users:read'])
    const token = await tokenOf(auth, client)
    const [shown] = (await asAdmin('GET', '/admin/clients?limit=100'))
      .json()
      .items.filter(({ clientId }: { clientId: string }) => clientId === 'stopped')
    t.equal((await asAdmin('DELETE', `/admin/clients/stopped/secrets/${shown.secrets[0].id}`)).statusCode, 204)
    t.notOk(await works(auth, client))
    t.equal((await auth.call('GET', '/admin/users', { token })).statusCode, 200, 'a token of before')
    const secret: string = (await asAdmin('POST', '/admin/clients/stopped/secrets')).json().clientSecret
    t.ok(await works(auth, { ...client, secret }))
    // To void the tokens of a leaked secret too.
    await asAdmin('PATCH', '/admin/clients/stopped', { scopes: [] })
    await asAdmin('PATCH', '/admin/clients/stopped', { scopes: ['users:read'] })
    t.equal((await auth.call('GET', '/admin/users', { token })).json().code, 'token_revoked')
    const next = await tokenOf(auth, { ...client, secret })
    t.equal((await auth.call('GET', '/admin/users', { token: next })).statusCode, 200)
  },
)

t.test('two secrets at once, and a deletion beside them, leave two at most', async (t) => {
  await newClient(auth, 'crowded')
  for (let round = 0; round < 5; round++) {
    const { items } = (await asAdmin('GET', '/admin/clients?limit=100')).json()
    const { secrets } = items.find(({ clientId }: { clientId: string }) => clientId === 'crowded')
    const answers = await Promise.all([
      asAdmin('POST', '/admin/clients/crowded/secrets'),
      asAdmin('DELETE', `/admin/clients/crowded/secrets/${secrets[0]?.id}`),
      asAdmin('POST', '/admin/clients/crowded/secrets'),
    ])
    t.same(
      answers.map(({ statusCode }) => (statusCode === 404 ? 204 : statusCode)),
      [201, 204, 201],
    )
    const after = (await asAdmin('GET', '/admin/clients?limit=100')).json().items
    t.equal(after.find(({ clientId }: { clientId: string }) => clientId === 'crowded').secrets.length, 2)
  }
})
