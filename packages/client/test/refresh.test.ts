import { eventually, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { createClient } from '../src/index.ts'
import { createMemoryStore } from '../src/token-store.ts'
import { startAuthService } from './support/auth-service.ts'
import { createClock } from './support/clock.ts'
import { statusOf } from './support/decided.ts'
import { sendJson, startServer } from './support/http-server.ts'
import { listenTo, signedIn } from './support/signed-in.ts'

const LIFE_MS = 15 * 60_000
const CALLS = 20

const auth = await startAuthService(t)
const relay = await tcpRelay(t, auth.url)
const relayed = { ...auth, url: relay.url }

/** How many refreshes a piece of work takes. */
async function refreshesOf(work: () => Promise<unknown>): Promise<number> {
  const before = await auth.countRefreshes()
  await work()
  return (await auth.countRefreshes()) - before
}

const allOk = Array.from({ length: CALLS }, () => 200)
const inParallel = (call: () => Promise<number>): Promise<number[]> => Promise.all(allOk.map(call))

t.test('calls in parallel across an expiry share one refresh', async (t) => {
  const { me, clock, heard } = await signedIn(t, auth)
  clock.advance(LIFE_MS)
  t.equal(await refreshesOf(async () => t.same(await inParallel(me), allOk)), 1)
  t.same(heard, { session: [], ended: [], stepUp: [] }, 'nobody needs to know')
})

t.test('a clock that stood still with the machine causes one refresh more, and no sign-out', async (t) => {
  const { me } = await signedIn(t, auth)
  auth.advance(LIFE_MS + 60_000)
  t.equal(await refreshesOf(async () => t.same(await inParallel(me), allOk)), 1)
})

t.test('roles that change are there with the next call', async (t) => {
  const { me, client, heard } = await signedIn(t, auth, { account: await auth.newAccount() })
  const change = { roles: ['staff'] }
  for (const path of [`/admin/users/${client.session?.user.id}`]) {
    await auth.asAdmin('PATCH', path, change)
    await auth.asAdmin('PATCH', path, { roles: ['user'] })
  }
  t.equal(await refreshesOf(async () => t.same(await inParallel(me), allOk)), 1)
  t.same(client.session?.scopes, ['profile'])
  t.same(heard.ended, [])
})

t.test('shortly before its end a token is used and refreshed beside the call', async (t) => {
  const { me, clock } = await signedIn(t, auth)
  clock.advance(LIFE_MS - 10_000)
  const before = await auth.countRefreshes()
  t.equal(await me(), 200)
  await eventually(async () => (await auth.countRefreshes()) > before)
  t.equal(await refreshesOf(me), 0)
})

t.test('a program that is in use refreshes in time, one that is not lets its session idle', async (t) => {
  const short = await startAuthService(t, { ACCESS_TOKEN_EXPIRY: '2s' })
  await signedIn(t, short)
  const { me } = await signedIn(t, short)
  t.equal(await me(), 200)
  const before = await short.countRefreshes()
  await eventually(async () => (await short.countRefreshes()) > before)
  t.equal(await short.countRefreshes(), before + 1)
})

t.test('answers that are lost are asked for again, and the session stays', async (t) => {
  const { me, clock, heard } = await signedIn(t, relayed)
  for (let losses = 1; losses <= 3; losses++) {
    clock.advance(LIFE_MS)
    const lost = relay.loseReply({ to: '/auth/refresh' })
    t.equal(await me(), 200)
    t.ok(lost.wasLost())
  }
  t.same(heard.ended, [])
})

t.test('a body is sent again with the call', async (t) => {
  const bodies: string[] = []
  const service = await startServer(t, async (request, response) => {
    bodies.push((await request.setEncoding('utf8').toArray()).join(''))
    if (bodies.length % 2 === 1) sendJson(response, 401, { code: 'token_expired' })
    else sendJson(response, 200, {})
  })
  const { client } = await signedIn(t, auth, { origins: [service.url] })
  const form = new FormData()
  form.set('file', new Blob(['of a form']))
  const requests: [string | Request, RequestInit?][] = [
    [service.url, { method: 'POST', body: 'text' }],
    [new Request(service.url, { method: 'POST', body: 'of a request' })],
    [service.url, { method: 'POST', body: form }],
  ]
  for (const call of requests) t.equal((await client.fetch(...call)).status, 200)
  for (const text of ['text', 'of a request', 'of a form']) {
    const [first, second] = bodies.splice(0, 2)
    t.match(first, text)
    t.equal(second, first)
  }
})

t.test('a service that refuses every token gets each call twice, and few tokens', async (t) => {
  const refusals: object[] = [{ code: 'token_expired' }, { code: 'token_revoked' }, { code: 'invalid_token' }, {}]
  const challenge = { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' }
  let answered = 0
  const service = await startServer(t, (_request, response) => {
    sendJson(response, 401, refusals[answered++ % refusals.length] ?? {}, challenge)
  })
  const { client } = await signedIn(t, auth, { origins: [service.url] })
  const call = async (): Promise<number> => (await client.fetch(service.url)).status
  const startedAt = performance.now()
  const refreshes = await refreshesOf(async () => {
    t.same(new Set(await inParallel(call)), new Set([401]))
    t.equal(await call(), 401)
  })
  t.equal(service.received.length, 2 * CALLS + 2)
  t.ok(refreshes <= 2 + (performance.now() - startedAt) / 1000, `${refreshes} refreshes`)
  t.ok(client.session, 'the verdict is of auth-service alone')
})

t.test('a 401 that no token cures is the answer at once', async (t) => {
  const service = await startServer(t, (_request, response) => sendJson(response, 401, { code: 'invalid_credentials' }))
  const { client } = await signedIn(t, auth, { origins: [service.url] })
  t.equal(await refreshesOf(async () => t.equal((await client.fetch(service.url)).status, 401)), 0)
  t.equal(service.received.length, 1)
})

/** What a refresh may be answered by whatever stands between a client and auth-service. */
const noVerdicts: Record<string, () => Response> = {
  'a network error': () => {
    throw new TypeError('fetch failed')
  },
  'a 500': () => new Response('{"code":"internal_error"}', { status: 500 }),
  'a 502 of a proxy': () => new Response('<html>', { status: 502 }),
  'a 503': () => Response.json({ code: 'unavailable' }, { status: 503, headers: { 'retry-after': '1' } }),
  'a 504 that looks like a verdict': () => Response.json({ code: 'session_ended' }, { status: 504 }),
  'a 429': () => Response.json({ code: 'too_many_requests' }, { status: 429, headers: { 'retry-after': '60' } }),
  'a 401 of a portal': () => new Response('<html>', { status: 401 }),
  'a 403 of a firewall': () => new Response('<html>', { status: 403 }),
  'a 200 of a portal': () => new Response('<html>'),
  'a 200 with other JSON': () => Response.json(null),
  'half an answer': () => new Response(new ReadableStream({ pull: (body) => body.error(new Error('cut')) })),
}
t.jobs = Object.keys(noVerdicts).length
for (const [name, answer] of Object.entries(noVerdicts)) {
  const title = `${name} in place of a refresh keeps the session: the call fails, the next one is right`
  // Each takes as long as a call waits.
  t.test(title, { buffered: true }, async (t) => {
    let isBroken = false
    const { client, clock, me, heard } = await signedIn(t, auth, {
      fetch: async (...call) => (isBroken && String(call[0]).endsWith('/refresh') ? answer() : fetch(...call)),
    })
    clock.advance(LIFE_MS)
    isBroken = true
    const once = async (): Promise<number> => (await client.fetch(`${auth.url}/auth/me`)).status
    await t.rejects(inParallel(once), { name: 'AuthError', code: 'unavailable' })
    t.ok(client.session)
    isBroken = false
    // After the time of Retry-After.
    clock.advance(60_000)
    t.equal(await me(), 200)
    t.same(heard, { session: [], ended: [], stepUp: [] })
  })
}

t.test('an auth-service that does not answer holds up no call for longer than its limit', async (t) => {
  const store = createMemoryStore()
  const { clock, me } = await signedIn(t, relayed, { store })
  const client = createClient({ authUrl: relay.url, delivery: 'body', store, timeoutMs: 100 })
  relay.hang()
  await t.rejects(client.fetch(`${relay.url}/auth/me`), { name: 'AuthError', code: 'unavailable', status: 0 })
  await relay.restore()
  clock.advance(LIFE_MS)
  t.equal(await me(), 200)
})

t.test('a call that is given up does not wait for a refresh', async (t) => {
  const { client, clock } = await signedIn(t, relayed)
  clock.advance(LIFE_MS)
  relay.hang()
  const given = new AbortController()
  const call = client.fetch(`${relay.url}/auth/me`, { signal: given.signal })
  given.abort(new Error('not any more'))
  await t.rejects(call, /not any more/)
  await relay.restore()
})

t.test('of two programs with one store neither signs the other out', async (t) => {
  const store = createMemoryStore()
  const one = await signedIn(t, auth, { store })
  const clock = createClock()
  const other = createClient({ authUrl: auth.url, delivery: 'body', store, now: clock.now })
  const heard = listenTo(other)
  const me = (): Promise<number> => statusOf(() => other.fetch(`${auth.url}/auth/me`))
  for (let n = 0; n < 6; n++) {
    t.same(await Promise.all([one.me(), me()]), [200, 200])
    one.clock.advance(LIFE_MS)
    clock.advance(LIFE_MS)
    auth.advance(60_000)
  }
  t.same([...one.heard.ended, ...heard.ended], [])
})
