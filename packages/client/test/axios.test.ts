import { Readable } from 'node:stream'
import axios from 'axios'
import t from 'tap'
import { addSession } from '../src/axios.ts'
import { AuthError } from '../src/index.ts'
import { startAuthService } from './support/auth-service.ts'
import { browserFetch } from './support/browser-fetch.ts'
import { decided } from './support/decided.ts'
import { sendJson, startServer } from './support/http-server.ts'
import { signedIn } from './support/signed-in.ts'

const LIFE_MS = 15 * 60_000
const auth = await startAuthService(t)

async function refreshesOf(work: () => Promise<unknown>): Promise<number> {
  const before = await auth.countRefreshes()
  await work()
  return (await auth.countRefreshes()) - before
}

t.test('calls of axios carry the token to named origins alone', async (t) => {
  const service = await startServer(t, (_request, response) => sendJson(response, 200, {}))
  const foreign = await startServer(t, (_request, response) => sendJson(response, 200, {}))
  const { client } = await signedIn(t, auth, { origins: [service.url] })
  const api = axios.create({ baseURL: service.url })
  const remove = addSession(api, client)
  await api.get('/one', { params: { a: 'b' } })
  t.match(service.received.at(-1), { path: '/one?a=b', authorization: /^Bearer ey/ })
  await api.get(`${foreign.url}/two`)
  t.equal(foreign.received.at(-1)?.authorization, undefined)
  await api.get('/three', { headers: { authorization: 'Basic abc' } })
  t.equal(service.received.at(-1)?.authorization, 'Basic abc')
  remove()
  await api.get('/four')
  t.equal(service.received.at(-1)?.authorization, undefined)
})

t.test('calls in parallel across an expiry share one refresh', async (t) => {
  const { client, clock, me } = await signedIn(t, auth)
  const api = axios.create({ baseURL: auth.url })
  addSession(api, client)
  const get = (): Promise<number> =>
    decided(async () => {
      const { status, headers } = await api.get('/auth/me', { validateStatus: (code) => code === 200 || code === 503 })
      const retryAfterMs = Number(headers['retry-after']) * 1000
      if (status === 503) throw new AuthError({ status, body: {}, retryAfterMs })
      return status
    })
  clock.advance(LIFE_MS)
  t.equal(await refreshesOf(async () => t.same(await Promise.all([get(), get(), me()]), [200, 200, 200])), 1)
  // The server's clock alone: a 401 is what tells.
  auth.advance(LIFE_MS + 60_000)
  t.equal(await refreshesOf(async () => t.same(await Promise.all([get(), get(), me()]), [200, 200, 200])), 1)
})

t.test('a refused call is sent once more with its body, and no more than that', async (t) => {
  const bodies: string[] = []
  let refusals = 1
  const service = await startServer(t, async (request, response) => {
    bodies.push((await request.setEncoding('utf8').toArray()).join(''))
    if (refusals-- > 0) sendJson(response, 401, { code: 'token_revoked' })
    else sendJson(response, 200, { done: true })
  })
  const { client } = await signedIn(t, auth, { origins: [service.url] })
  const api = axios.create({ baseURL: service.url })
  addSession(api, client)
  t.match(await api.post('/', { a: 'b' }), { data: { done: true } })
  t.same(bodies, ['{"a":"b"}', '{"a":"b"}'])
  refusals = Number.POSITIVE_INFINITY
  await t.rejects(api.post('/', { a: 'b' }), /status code 401/)
  t.equal(bodies.length, 4)
  const answer = await api.get('/', { validateStatus: () => true, responseType: 'arraybuffer' })
  t.equal(answer.status, 401)
})

t.test('a stream is refused before anything is sent', async (t) => {
  const { client } = await signedIn(t, auth)
  const api = axios.create({ baseURL: auth.url })
  addSession(api, client)
  await t.rejects(api.post('/auth/me', Readable.from(['x'])), /a stream cannot be sent again/)
})

t.test('what axios rejects for other reasons is left as it is', async (t) => {
  const { client } = await signedIn(t, auth)
  const api = axios.create({ baseURL: auth.url })
  addSession(api, client)
  await t.rejects(api.get('/nothing'), /status code 404/)
  await t.rejects(api.get('/auth/me', { signal: AbortSignal.abort() }), { code: 'ERR_CANCELED' })
})

t.test('no redirect takes the token to another origin, subdomains included', async (t) => {
  const foreign = await startServer(t, (_request, response) => sendJson(response, 200, {}))
  const subdomain = foreign.url.replace('127.0.0.1', 'sub.localhost')
  const service = await startServer(t, ({ url }, response) => {
    if (url === '/near') response.writeHead(302, { location: '/landed' }).end()
    else if (url === '/away') response.writeHead(302, { location: `${subdomain}/landed` }).end()
    else sendJson(response, 200, {})
  })
  const { client } = await signedIn(t, auth, { origins: [service.url.replace('127.0.0.1', 'localhost')] })
  const api = axios.create({ baseURL: service.url.replace('127.0.0.1', 'localhost') })
  addSession(api, client)
  const seen: string[] = []
  await api.get('/near', { beforeRedirect: ({ href }) => void seen.push(href) })
  t.match(service.received.at(-1), { path: '/landed', authorization: /^Bearer/ })
  t.equal(seen.length, 1, 'a hook of the caller is kept')
  const lookup = async () => ({ address: '127.0.0.1', family: 4 as const })
  await api.get('/away', { lookup })
  t.match(foreign.received.at(-1), { path: '/landed', authorization: undefined })
})

t.test('with cookie delivery calls carry credentials and no header', async (t) => {
  const { fetch } = browserFetch(auth.url)
  const { client } = await signedIn(t, auth, { delivery: 'cookie', fetch })
  const api = axios.create({ baseURL: auth.url })
  addSession(api, client)
  const { config } = await api.get('/auth/options')
  t.equal(config.withCredentials, true)
  t.notOk(config.headers.has('authorization'))
})
