import t from 'tap'
import { type Entry, trailOf } from '../support/audit.ts'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { callsOf, newClient, tokenOf } from '../support/clients.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

// Two replicas, so that no lock within one process helps.
const auth = await startAuthService(t)
const other = await startAuthService(t, { beside: auth })
const resource = await startResourceService(t, auth)
const [asAdmin, asOtherAdmin] = [await administratorOf(auth), await administratorOf(other)]
const ALL = ['profile', 'employees:read', 'users:read', 'sessions:read']

const scopesOf = (entry: Entry | undefined, when: 'before' | 'after'): string[] =>
  (entry?.details[when] as { scopes: string[] } | undefined)?.scopes ?? []

t.test('parallel changes happen one after the other, and every replica goes by the last one', async (t) => {
  const client = await newClient(auth, 'contended', ALL)
  const tokens = [await tokenOf(auth, client)]
  for (let round = 0; round < 10; round++) {
    const changes = [1, 2, 3, 4, 5, 6].map((n) => {
      const scopes = ALL.filter((_, bit) => ((round * 7 + n * 5) >> bit) % 2 === 1)
      return (n % 2 === 0 ? asAdmin : asOtherAdmin)('PATCH', '/admin/clients/contended', { scopes })
    })
    for (const answer of await Promise.all(changes)) t.equal(answer.statusCode, 200)
    tokens.push(await tokenOf(auth, client))
  }
  const entries = (await (await trailOf(auth))({ userId: 'contended', type: 'client_updated' })).reverse()
  let scopes = [...ALL].sort()
  let losses = 0
  for (const entry of entries) {
    t.same(scopesOf(entry, 'before'), scopes)
    const after = scopesOf(entry, 'after')
    if (scopes.some((scope) => !after.includes(scope))) losses++
    scopes = after
  }
  const last = tokens.at(-1) ?? ''
  t.equal(claimsOf(last).ver, losses, 'each loss raises the version once')
  t.same(String(claimsOf(last).scope).split(' ').sort(), scopes)
  for (const replica of [auth, other]) {
    const read = await replica.call('GET', '/admin/users', { token: last })
    t.equal(read.statusCode, scopes.includes('users:read') ? 200 : 403)
    for (const token of tokens) {
      const isDead = claimsOf(token).ver !== losses
      const code = (await replica.call('GET', '/admin/users', { token })).json().code
      t.equal(code === 'token_revoked', isDead)
    }
  }
})

t.test('no token that is issued beside a loss keeps the scope', async (t) => {
  const client = await newClient(auth, 'raced', ALL)
  for (let round = 0; round < 8; round++) {
    const issued: string[] = []
    let isAnswered = false
    const keepAsking = [auth, other, auth].map(async (replica) => {
      do issued.push(await tokenOf(replica, client))
      while (!isAnswered)
      // And those that were asked for just before the answer.
      issued.push(await tokenOf(replica, client))
    })
    const narrowed = await asAdmin('PATCH', '/admin/clients/raced', { scopes: ['employees:read'] })
    isAnswered = true
    t.equal(narrowed.statusCode, 200)
    await Promise.all(keepAsking)
    const wide = issued.filter((token) => String(claimsOf(token).scope).includes('users:read'))
    t.ok(wide.length > 0 && wide.length < issued.length, `${wide.length} of ${issued.length} from before`)
    for (const token of wide) {
      t.equal((await other.call('GET', '/admin/users', { token })).json().code, 'token_revoked')
      t.ok(await resource.eventuallyRefuses(token))
    }
    const narrow = issued.filter((token) => !wide.includes(token))
    for (const token of narrow) t.equal(await resource.verify(token), 'ok')
    await asAdmin('PATCH', '/admin/clients/raced', { scopes: ALL })
  }
})

t.test('a change beside a deletion revives nothing', async (t) => {
  for (let round = 0; round < 8; round++) {
    const clientId = `doomed-${round}`
    const client = await newClient(auth, clientId, ALL)
    const token = await tokenOf(auth, client)
    const [change, deletion, widening] = await Promise.all([
      asAdmin('PATCH', `/admin/clients/${clientId}`, { scopes: ['profile'] }),
      asOtherAdmin('DELETE', `/admin/clients/${clientId}`),
      asAdmin('PATCH', `/admin/clients/${clientId}`, { scopes: [...ALL, 'audit:read'] }),
    ])
    t.equal(deletion.statusCode, 204)
    for (const { statusCode } of [change, widening]) t.ok(statusCode === 200 || statusCode === 404, String(statusCode))
    for (const replica of [auth, other])
      t.equal((await replica.call('GET', '/admin/users', { token })).json().code, 'token_revoked')
    t.ok(await resource.eventuallyRefuses(token))
    t.equal((await asAdmin('POST', '/admin/clients', { clientId, scopes: [] })).json().code, 'client_exists')
  }
})

t.test('two clients that change each other at once do not wait for each other for ever', async (t) => {
  const scopes = ['clients:manage', 'profile']
  const [one, two] = [await newClient(auth, 'mutual-a', scopes), await newClient(auth, 'mutual-b', scopes)]
  const [asOne, asTwo] = [await callsOf(auth, one), await callsOf(other, two)]
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all([
      asOne('PATCH', '/admin/clients/mutual-b', { scopes }),
      asTwo('PATCH', '/admin/clients/mutual-a', { scopes }),
      asOne('POST', '/admin/clients/mutual-b/secrets'),
      asTwo('POST', '/admin/clients', { clientId: `mutual-${round}`, scopes: [] }),
    ])
    t.same(
      answers.map(({ statusCode }) => statusCode),
      [200, 200, 201, 201],
    )
  }
})
