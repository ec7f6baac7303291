import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { createClient } from '../src/index.ts'
import { createMemoryStore } from '../src/token-store.ts'
import { PASSWORD, startAuthService } from './support/auth-service.ts'
import { decided, statusOf } from './support/decided.ts'
import { listenTo, signedIn } from './support/signed-in.ts'

const auth = await startAuthService(t)

type SignedIn = Awaited<ReturnType<typeof signedIn>>

/** Somebody else's call about the same account. */
async function elsewhere({ account }: SignedIn, method: string, path: string, body?: object): Promise<void> {
  const client = createClient({ authUrl: auth.url, delivery: 'body' })
  await decided(() => client.login(account))
  const init = { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) }
  const status = await statusOf(() => client.fetch(`${auth.url}${path}`, init))
  if (status >= 400) throw new Error(`${path} answered ${status}`)
}

const endings: Record<string, (user: SignedIn) => Promise<unknown>> = {
  revoked_by_user: (user) => elsewhere(user, 'DELETE', `/auth/sessions/${user.client.session?.device.id}`),
  signed_out_everywhere: (user) => elsewhere(user, 'POST', '/auth/logout-all'),
  revoked_by_admin: ({ client: { session } }) =>
    auth.asAdmin('DELETE', `/admin/users/${session?.user.id}/sessions/${session?.device.id}`),
  account_disabled: ({ client: { session } }) =>
    auth.asAdmin('PATCH', `/admin/users/${session?.user.id}`, { status: 'disabled' }),
  password_changed: async (user) => {
    await elsewhere(user, 'POST', '/auth/password', { currentPassword: PASSWORD, newPassword: `${PASSWORD}-new` })
    // The grace in which a session's own other tabs find the new cookie.
    auth.advance(60_000)
  },
}

for (const [reason, end] of Object.entries(endings)) {
  t.test(`${reason}: the next calls get their 401, and one event carries the reason`, async (t) => {
    const user = await signedIn(t, auth, { account: await auth.newAccount() })
    const { client, me, heard } = user
    await end(user)
    t.same(await Promise.all([me(), me(), me()]), [401, 401, 401])
    t.equal(client.session, null)
    const before = await auth.countRefreshes()
    t.equal(await me(), 401)
    t.equal(await auth.countRefreshes(), before, 'what is over is not refreshed')
    await eventually(() => heard.ended.length > 0)
    t.same(heard, { session: [null], ended: [{ reason }], stepUp: [] })
  })
}

t.test('a copy of the tokens that was used ends the session: token_reused', async (t) => {
  const store = createMemoryStore()
  const { me, clock, heard } = await signedIn(t, auth, { store })
  const copied = await store.read()
  for (let n = 0; n < 2; n++) {
    clock.advance(15 * 60_000)
    auth.advance(60_000)
    t.equal(await me(), 200)
  }
  await store.write({ ...copied })
  clock.advance(15 * 60_000)
  auth.advance(60_000)
  t.equal(await me(), 401)
  await eventually(() => heard.ended.length > 0)
  t.same(heard.ended, [{ reason: 'token_reused' }])
  const kept = await store.read()
  t.equal(kept?.refreshToken, undefined)
  t.ok(kept?.deviceToken, 'the device stays known')
})

t.test('a token that was superseded is no end: a newer one is on its way', async (t) => {
  const store = createMemoryStore()
  const { me, clock, heard } = await signedIn(t, auth, { store })
  const first = await store.read()
  clock.advance(15 * 60_000)
  t.equal(await me(), 200)
  clock.advance(15 * 60_000)
  t.equal(await me(), 200)
  const newest = await store.read()
  // As a browser's cookie for a moment, when answers overtake each other.
  await store.write({ ...first })
  clock.advance(15 * 60_000)
  const call = me()
  await store.write({ ...newest })
  t.equal(await call, 200)
  t.same(heard.ended, [])
})

t.test('who signs out is told so, and stays known as a device', async (t) => {
  const store = createMemoryStore()
  const { client, me, account, heard } = await signedIn(t, auth, { store })
  const device = client.session?.device.id
  await decided(client.logout)
  t.equal(client.session, null)
  t.equal((await store.read())?.refreshToken, undefined)
  t.equal(await me(), 401)
  await eventually(() => heard.ended.length > 0)
  t.same(heard, { session: [null], ended: [{ reason: 'signed_out' }], stepUp: [] })
  t.equal((await decided(() => client.login(account))).device.id, device)
})

t.test('a sign-out that does not reach auth-service leaves everything as it was', async (t) => {
  let isOnline = true
  const { client, me, heard } = await signedIn(t, auth, {
    fetch: async (...call) => {
      if (!isOnline) throw new TypeError('fetch failed')
      return fetch(...call)
    },
  })
  isOnline = false
  await t.rejects(client.logout(), { name: 'AuthError', code: 'unavailable' })
  isOnline = true
  t.ok(client.session)
  t.equal(await me(), 200)
  t.same(heard.ended, [])
})

t.test('who never was signed in is not signed out', async (t) => {
  const client = createClient({ authUrl: auth.url, delivery: 'body' })
  const heard = listenTo(client)
  t.equal(await client.restore(), null)
  await statusOf(() => client.fetch(`${auth.url}/auth/me`))
  t.same(heard, { session: [], ended: [], stepUp: [] })
})
