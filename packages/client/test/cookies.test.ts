import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { type ClientOptions, createClient } from '../src/index.ts'
import { startAuthService } from './support/auth-service.ts'
import { browserFetch } from './support/browser-fetch.ts'
import { createClock } from './support/clock.ts'
import { decided, statusOf } from './support/decided.ts'
import { sendJson, startServer } from './support/http-server.ts'
import { listenTo } from './support/signed-in.ts'

const LIFE_MS = 15 * 60_000
const auth = await startAuthService(t)

/** Pages of one browser: each has a client of its own, all have the same cookies. */
function openBrowser(t: { teardown(handler: () => unknown): unknown }, options: Partial<ClientOptions> = {}) {
  const browser = browserFetch(auth.url)
  function openTab(more: Partial<ClientOptions> = {}) {
    const clock = createClock()
    const client = createClient({ authUrl: auth.url, fetch: browser.fetch, now: clock.now, ...options, ...more })
    t.teardown(client.close)
    const me = (): Promise<number> => statusOf(() => client.fetch(`${auth.url}/auth/me`))
    return { client, clock, me, heard: listenTo(client) }
  }
  return { ...browser, openTab }
}

async function refreshesOf(work: () => Promise<unknown>): Promise<number> {
  const before = await auth.countRefreshes()
  await work()
  return (await auth.countRefreshes()) - before
}

for (const delivery of ['hybrid', 'cookie'] as const) {
  t.test(`${delivery}: no token touches a storage, and a store is not asked`, async (t) => {
    const touched: string[] = []
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
      const before = Object.getOwnPropertyDescriptor(globalThis, name)
      Object.defineProperty(globalThis, name, { configurable: true, get: () => touched.push(name) })
      t.teardown(() =>
        before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name),
      )
    }
    const store = { read: () => void touched.push('read'), write: () => void touched.push('write') }
    const { client, me, clock } = openBrowser(t, { delivery, store }).openTab()
    await decided(async () => client.login(await auth.sharedAccount()))
    t.equal(await me(), 200)
    clock.advance(LIFE_MS)
    t.equal(await me(), 200)
    await decided(client.logout)
    t.same(touched, [])
  })

  t.test(`${delivery}: a page that is loaded finds the session`, async (t) => {
    const browser = openBrowser(t, { delivery })
    const first = browser.openTab()
    const account = await auth.sharedAccount()
    await decided(() => first.client.login(account))
    first.client.close()
    const { client, me } = browser.openTab()
    t.equal(client.session, null)
    t.equal(await me(), 200, 'its first call does')
    t.match(await decided(client.restore), { user: { email: account.email } })
  })

  t.test(`${delivery}: tabs share one refresh`, async (t) => {
    const browser = openBrowser(t, { delivery })
    const tabs = Array.from({ length: 5 }, () => browser.openTab())
    await decided(async () => tabs[0]?.client.login(await auth.sharedAccount()))
    await eventually(() => tabs.every(({ client }) => client.session !== null), 'all hear of a sign-in')
    for (const { clock } of tabs) clock.advance(LIFE_MS)
    const refreshes = await refreshesOf(async () => {
      t.same(await Promise.all(tabs.map(({ me }) => me())), [200, 200, 200, 200, 200])
    })
    t.equal(refreshes, 1)
    t.equal(await refreshesOf(async () => t.equal(await browser.openTab().me(), 200)), 0, 'a new tab asks the others')
  })

  t.test(`${delivery}: a sign-out reaches every tab`, async (t) => {
    const browser = openBrowser(t, { delivery })
    const tabs = Array.from({ length: 3 }, () => browser.openTab())
    await decided(async () => tabs[0]?.client.login(await auth.sharedAccount()))
    await eventually(() => tabs.every(({ client }) => client.session !== null))
    await decided(async () => tabs[1]?.client.logout())
    await eventually(() => tabs.every(({ heard }) => heard.ended.length > 0))
    for (const { client, me, heard } of tabs) {
      t.equal(client.session, null)
      t.same(heard.ended, [{ reason: 'signed_out' }])
      t.equal(await me(), 401)
    }
    t.notOk(browser.cookies.has('__Secure-refresh'))
  })
}

t.test('hybrid: cookies go to auth-service alone, cookie: to every named origin', async (t) => {
  const service = await startServer(t, (_request, response) => sendJson(response, 200, {}))
  const foreign = await startServer(t, (_request, response) => sendJson(response, 200, {}))
  for (const [delivery, expected] of [
    ['hybrid', ['include', 'same-origin', 'same-origin']],
    ['cookie', ['include', 'include', 'same-origin']],
  ] as const) {
    const { fetch } = browserFetch(auth.url)
    const sent: string[] = []
    const { client } = openBrowser(t, {
      delivery,
      origins: [service.url],
      fetch: (input, init) => {
        const request = new Request(input, init)
        sent.push(request.credentials)
        return fetch(request)
      },
    }).openTab()
    await decided(async () => client.login(await auth.sharedAccount()))
    sent.length = 0
    for (const url of [`${auth.url}/auth/me`, service.url, foreign.url]) await client.fetch(url)
    t.same(sent, expected)
    await client.fetch(service.url, { credentials: 'omit' })
    t.equal(sent.at(-1), 'omit', 'a caller may leave them out')
  }
})

t.test('cookie: a cookie that went with its token is refreshed by the call that misses it', async (t) => {
  const browser = openBrowser(t, { delivery: 'cookie' })
  const { client, me } = browser.openTab()
  await decided(async () => client.login(await auth.sharedAccount()))
  browser.cookies.delete('__Host-access')
  t.equal(await refreshesOf(async () => t.equal(await me(), 200)), 1)
  // As after a night: a page is loaded, and nothing is known.
  browser.cookies.delete('__Host-access')
  client.close()
  t.equal(await refreshesOf(async () => t.equal(await browser.openTab().me(), 200)), 1)
})

t.test('a hybrid page goes on with a session that was made for cookies', async (t) => {
  const browser = openBrowser(t)
  const other = browser.openTab({ delivery: 'cookie' })
  await decided(async () => other.client.login(await auth.sharedAccount()))
  other.client.close()
  const { client, me } = browser.openTab()
  t.ok(await decided(client.restore))
  t.equal(await me(), 200)
})

t.test('a tab that has its turn and is frozen holds nobody up for longer than two seconds', async (t) => {
  const browser = openBrowser(t)
  const tab = browser.openTab()
  await decided(async () => tab.client.login(await auth.sharedAccount()))
  const frozen = Promise.withResolvers<void>()
  t.teardown(frozen.resolve)
  const { locks } = navigator as unknown as {
    locks: { request(name: string, work: () => Promise<void>): Promise<void> }
  }
  const granted = Promise.withResolvers<void>()
  const holding = locks.request(`latchkey ${auth.url}/auth/`, () => {
    granted.resolve()
    return frozen.promise
  })
  await granted.promise
  tab.clock.advance(LIFE_MS)
  t.equal(await tab.me(), 200)
  frozen.resolve()
  await holding
})

t.test('without locks and channels tabs are right, and only refresh more often', async (t) => {
  for (const [owner, name] of [
    [globalThis, 'BroadcastChannel'],
    [navigator, 'locks'],
  ] as const) {
    const before = Object.getOwnPropertyDescriptor(owner, name)
    Object.defineProperty(owner, name, { configurable: true, value: undefined })
    t.teardown(() => (before ? Object.defineProperty(owner, name, before) : Reflect.deleteProperty(owner, name)))
  }
  const browser = openBrowser(t)
  const tabs = Array.from({ length: 5 }, () => browser.openTab())
  await decided(async () => tabs[0]?.client.login(await auth.sharedAccount()))
  for (let n = 0; n < 3; n++) {
    for (const { clock } of tabs) clock.advance(LIFE_MS)
    t.same(await Promise.all(tabs.map(({ me }) => me())), [200, 200, 200, 200, 200])
    auth.advance(60_000)
  }
  for (const { heard } of tabs) t.same(heard.ended, [])
})

t.test('a session that ended while the page was away is told with its reason', async (t) => {
  const browser = openBrowser(t)
  const first = browser.openTab()
  const account = await auth.sharedAccount()
  const { user, device } = await decided(() => first.client.login(account))
  first.client.close()
  await auth.asAdmin('DELETE', `/admin/users/${user.id}/sessions/${device.id}`)
  const { client, heard } = browser.openTab()
  t.equal(await decided(client.restore), null)
  await eventually(() => heard.ended.length > 0)
  t.same(heard.ended, [{ reason: 'revoked_by_admin' }])
  t.equal(await decided(browser.openTab().client.restore), null, 'the cookie is gone')
})

t.test('another tab’s token that was refused here is not taken again', async (t) => {
  const browser = openBrowser(t)
  const tabs = Array.from({ length: 3 }, () => browser.openTab())
  await decided(async () => tabs[0]?.client.login(await auth.sharedAccount()))
  await eventually(() => tabs.every(({ client }) => client.session !== null))
  // Every clock stands still, and all of them think that the token is fresh.
  auth.advance(LIFE_MS + 60_000)
  t.equal(await refreshesOf(async () => t.equal(await tabs[0]?.me(), 200)), 1)
  await eventually(async () => (await Promise.all(tabs.map(({ me }) => me()))).every((status) => status === 200))
})
