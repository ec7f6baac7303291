import t from 'tap'
import { databaseOf } from '../support/audit.ts'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { callsOf, newClient } from '../support/clients.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const db = databaseOf(t, auth)

type Shown = { clientId: string; createdBy: string | null; secrets: { id: string; createdBy: string | null }[] }

async function list(query = ''): Promise<Shown[]> {
  const items: Shown[] = []
  for (let cursor = ''; ; ) {
    const page = (await asAdmin('GET', `/admin/clients?limit=2${query}${cursor}`)).json()
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = `&cursor=${page.nextCursor}`
  }
}

t.test('a client and each of its secrets show who made them, and clients are listed by their maker', async (t) => {
  const [one, other] = [await auth.newUser({ roles: ['admin'] }), await auth.newUser({ roles: ['admin'] })]
  const as = (user: typeof one) => (method: string, url: string, body?: object) =>
    auth.call(method, url, { token: user.accessToken, ...(body && { body }) })
  for (const clientId of ['made-a', 'made-b', 'made-c'])
    t.equal((await as(one)('POST', '/admin/clients', { clientId, scopes: [] })).statusCode, 201)
  t.equal((await as(other)('POST', '/admin/clients/made-b/secrets')).statusCode, 201)
  const factory = await newClient(auth, 'factory', ['clients:manage', 'profile'])
  const asFactory = await callsOf(auth, factory)
  t.equal((await asFactory('POST', '/admin/clients', { clientId: 'made-d', scopes: ['profile'] })).statusCode, 201)

  const byOne = await list(`&createdBy=${one.userId}`)
  t.same(
    byOne.map(({ clientId, createdBy }) => [clientId, createdBy]),
    ['made-a', 'made-b', 'made-c'].map((id) => [id, one.userId]),
    'page by page',
  )
  t.same(
    byOne[1]?.secrets.map(({ createdBy }) => createdBy),
    [one.userId, other.userId],
  )
  t.match(await list('&createdBy=factory'), [
    { clientId: 'made-d', createdBy: 'factory', secrets: [{ createdBy: 'factory' }] },
  ])
  t.same(await list('&createdBy=nobody'), [])
  const all = await list()
  t.ok(all.length >= 5 && new Set(all.map(({ clientId }) => clientId)).size === all.length)
})

t.test('what is from before 0.2 has no maker', async (t) => {
  await newClient(auth, 'old')
  await db.updateTable('service_clients').set({ created_by: null }).where('client_id', '=', 'old').execute()
  await db.updateTable('client_secrets').set({ created_by: null }).where('client_id', '=', 'old').execute()
  const old = (await list()).find(({ clientId }) => clientId === 'old')
  t.match(old, { createdBy: null, secrets: [{ createdBy: null }] })
})

t.test('a maker who is disabled, or loses a scope, while the call runs makes nothing', async (t) => {
  for (const [title, change] of Object.entries({
    disabled: { status: 'disabled' as const },
    demoted: { roles: ['staff'] },
  })) {
    const maker = await auth.newUser({ roles: ['admin'] })
    const asMaker = (method: string, url: string, body?: object) =>
      auth.call(method, url, { token: maker.accessToken, ...(body && { body }) })
    await newClient(auth, `of-another-${title}`)
    let calls: ReturnType<typeof asMaker>[] = []
    await db.transaction().execute(async (trx) => {
      await trx.selectFrom('users').select('id').where('id', '=', maker.userId).forNoKeyUpdate().execute()
      calls = [
        asMaker('POST', '/admin/clients', { clientId: `late-${title}`, scopes: ['employees:read'] }),
        asMaker('POST', `/admin/clients/of-another-${title}/secrets`),
        asMaker('PATCH', `/admin/clients/of-another-${title}`, { scopes: ['employees:read', 'audit:read'] }),
      ]
      // Until each waits for the maker's row, or for the client that the one before has locked.
      await new Promise((resolve) => setTimeout(resolve, 300))
      await trx.updateTable('users').set(change).where('id', '=', maker.userId).execute()
    })
    for (const answer of await Promise.all(calls))
      t.same([answer.statusCode, answer.json().code], [401, 'token_revoked'], title)
    t.same(
      (await list()).filter(({ createdBy, secrets }) =>
        [createdBy, ...secrets.map((secret) => secret.createdBy)].includes(maker.userId),
      ),
      [],
      title,
    )
  }
})

t.test('a client that loses a scope while it makes another makes nothing', async (t) => {
  const asFactory = await callsOf(auth, await newClient(auth, 'late-factory', ['clients:manage', 'users:write']))
  let call: ReturnType<typeof asFactory> | undefined
  await db.transaction().execute(async (trx) => {
    await trx
      .selectFrom('service_clients')
      .select('scopes')
      .where('client_id', '=', 'late-factory')
      .forUpdate()
      .execute()
    call = asFactory('POST', '/admin/clients', { clientId: 'late-product', scopes: ['users:write'] })
    // Until it waits for that row.
    await new Promise((resolve) => setTimeout(resolve, 300))
    await trx
      .updateTable('service_clients')
      .set({ scopes: ['clients:manage'], version: 1 })
      .where('client_id', '=', 'late-factory')
      .execute()
  })
  t.equal((await call)?.json().code, 'token_revoked')
  t.same(await list('&createdBy=late-factory'), [])
})
