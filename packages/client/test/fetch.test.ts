import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { createClient } from '../src/index.ts'
import { startAuthService } from './support/auth-service.ts'
import { decided, statusOf } from './support/decided.ts'
import { sendJson, startServer } from './support/http-server.ts'

const auth = await startAuthService(t)
const account = await auth.sharedAccount()

/** A service that takes the token, and sends `/away` to the one at `elsewhere`. */
const foreign = await startServer(t, (_request, response) => sendJson(response, 200, {}))
const service = await startServer(t, (request, response) => {
  const [, kind, status] = request.url?.split('/') ?? []
  if (kind === 'away') response.writeHead(Number(status), { location: `${foreign.url}/landed` }).end()
  else if (kind === 'near') response.writeHead(Number(status), { location: '/landed' }).end()
  else request.pipe(response)
})

async function signedIn() {
  const client = createClient({ authUrl: auth.url, origins: [service.url], delivery: 'body' })
  await decided(() => client.login(account))
  return client
}

t.test('calls to auth-service and to named origins carry the access token, calls to others do not', async (t) => {
  const { fetch } = await signedIn()
  t.equal(await statusOf(() => fetch(`${auth.url}/auth/me`)), 200)
  await fetch(new URL('/one', service.url))
  await fetch(`${foreign.url}/two`, { headers: { 'x-own': '1' } })
  t.match(service.received.at(-1)?.authorization, /^Bearer ey/)
  t.match(foreign.received.at(-1), { path: '/two', authorization: undefined })
})

for (const status of [301, 302, 303, 307, 308]) {
  t.test(`a redirect (${status}) takes the token to no other origin, and is followed on its own`, async (t) => {
    const { fetch } = await signedIn()
    t.equal((await fetch(`${service.url}/away/${status}`)).url, `${foreign.url}/landed`)
    t.match(foreign.received.at(-1), { path: '/landed', authorization: undefined })
    await fetch(`${service.url}/near/${status}`)
    t.match(service.received.at(-1), { path: '/landed', authorization: /^Bearer/ })
  })
}

t.test('fetch takes what the platform takes', async (t) => {
  const { fetch } = await signedIn()
  const echo = async (...call: Parameters<typeof fetch>): Promise<string> => (await fetch(...call)).text()
  const url = `${service.url}/echo`
  t.equal(await echo(url, { method: 'POST', body: 'text' }), 'text')
  t.equal(await echo(new Request(url, { method: 'PUT', body: 'of a request' })), 'of a request')
  t.equal(await echo(new Request(url, { method: 'PUT', body: 'before' }), { body: 'after' }), 'after')
  t.equal(await echo(url, { method: 'POST', body: new URLSearchParams({ a: 'b' }) }), 'a=b')
  t.match(await echo(url, { method: 'POST', body: Object.assign(new FormData(), {}) }), /^--/)
  await t.rejects(fetch('/relative'), TypeError)
  await t.rejects(fetch(url, { signal: AbortSignal.abort(new Error('not any more')) }), /not any more/)
})

t.test('an Authorization of the caller’s own is sent as it is', async (t) => {
  const { fetch } = await signedIn()
  const headers = { authorization: 'Basic abc' }
  t.equal(await statusOf(() => fetch(`${auth.url}/auth/me`, { headers })), 401)
  await fetch(`${service.url}/own`, { headers })
  t.equal(service.received.at(-1)?.authorization, 'Basic abc')
})

t.test('a stream is refused before anything is sent, and elsewhere left as it is', async (t) => {
  const { fetch } = await signedIn()
  const streams = [
    new Blob(['x']).stream(),
    (async function* () {
      yield Buffer.from('x')
    })(),
  ]
  const before = service.received.length
  for (const body of streams) {
    const init = { method: 'POST', body, duplex: 'half' } as const
    await t.rejects(fetch(service.url, init), { name: 'TypeError', message: /a stream cannot be sent again/ })
  }
  t.equal(service.received.length, before)
  const init = { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as const
  t.equal((await fetch(foreign.url, init)).status, 200)
})

t.test('whoever is not signed in calls without a token', async (t) => {
  const client = createClient({ authUrl: auth.url, delivery: 'body' })
  t.equal(await statusOf(() => client.fetch(`${auth.url}/auth/options`)), 200)
  t.equal(await statusOf(() => client.fetch(`${auth.url}/auth/me`)), 401)
  t.equal(client.session, null)
})

t.test('a call that needs a stronger sign-in is an event, and its answer stays', async (t) => {
  const challenge = 'Bearer error="insufficient_user_authentication", max_age="60"'
  const strict = await startServer(t, ({ url }, response) => {
    const code = 'insufficient_user_authentication'
    sendJson(response, 401, url === '/coded' ? { code } : {}, { 'www-authenticate': challenge })
  })
  const client = createClient({ authUrl: auth.url, origins: [strict.url], delivery: 'body' })
  await decided(() => client.login(account))
  const events: unknown[] = []
  client.on('stepUp', (event) => events.push(event))
  for (const path of ['/coded', '/challenged']) t.equal((await client.fetch(strict.url + path)).status, 401)
  await eventually(() => events.length === 2)
  t.same(events, [
    { url: `${strict.url}/coded`, challenge },
    { url: `${strict.url}/challenged`, challenge },
  ])
  t.equal(strict.received.length, 2, 'a refresh would be of no use')
})

for (const authUrl of ['no url', 'ftp://example.test', 'data:,']) {
  t.test(`${authUrl} is no address of auth-service`, async (t) => {
    t.throws(() => createClient({ authUrl }), TypeError)
    t.throws(() => createClient({ authUrl: auth.url, origins: [authUrl] }), TypeError)
  })
}
