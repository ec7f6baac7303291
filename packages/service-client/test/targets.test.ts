import t from 'tap'
import { startServer } from './support/http-server.ts'
import { testClient } from './support/test-client.ts'
import { startTokenServer } from './support/token-server.ts'

const tokens = await startTokenServer(t)
const foreign = await startServer(t, (reply) => reply.end('foreign'))
const service = await startServer(t, (reply, { path }) => {
  if (path === '/moved') reply.writeHead(307, { location: `${foreign.url}/stolen` }).end('moved')
  else if (path === '/moved-here') reply.writeHead(301, { location: '/elsewhere' }).end()
  else reply.end(path)
})
const host = new URL(service.url).host
t.beforeEach(() => {
  service.requests.length = 0
})

const followed = [
  { title: 'a path', path: '/employees', requested: '/employees' },
  { title: 'a path with a query', path: '/employees?limit=5&q=a%20b', requested: '/employees?limit=5&q=a%20b' },
  {
    title: 'a query that holds a URL',
    path: '/a?next=http://evil.test/../',
    requested: '/a?next=http://evil.test/../',
  },
  { title: 'a URL in a path', path: '/a/http://evil.test', requested: '/a/http://evil.test' },
  { title: 'a fragment, which is not sent', path: '/a#b', requested: '/a' },
  { title: 'dots in a name', path: '/a/..b/c..', requested: '/a/..b/c..' },
  { title: 'the root', path: '/', requested: '/' },
  { title: 'a whole URL of the service', path: `${service.url}/a?b`, requested: '/a?b' },
  { title: 'a URL object', path: new URL('/a?b', service.url), requested: '/a?b' },
]

for (const { title, path, requested } of followed) {
  t.test(`${title} is called`, async (t) => {
    const client = testClient(t, { service, tokens })
    t.equal(await (await client.fetch(path)).text(), requested)
  })
}

const refused = [
  { title: 'another origin', path: `${foreign.url}/a` },
  { title: 'another origin as a URL object', path: new URL('/a', foreign.url) },
  { title: 'another scheme', path: `https://${host}/a` },
  { title: 'another name of this host', path: service.url.replace('127.0.0.1', 'localhost') },
  { title: 'a URL without a scheme', path: `//${new URL(foreign.url).host}/a` },
  { title: 'a URL without a scheme, with backslashes', path: `\\\\${new URL(foreign.url).host}/a` },
  { title: 'slash and backslash', path: `/\\${new URL(foreign.url).host}/a` },
  { title: 'slash, tab, slash', path: `/\t/${new URL(foreign.url).host}/a` },
  { title: 'an origin that starts like ours', path: `${service.url}.evil.test/a` },
  { title: 'our origin as a user name', path: `http://${host}@evil.test/a` },
  { title: 'credentials in the URL', path: `http://user:password@${host}/a` },
  { title: 'no slash', path: 'employees' },
  { title: 'nothing', path: '' },
  { title: 'a file', path: 'file:///etc/passwd' },
  { title: 'data', path: 'data:text/plain,canary' },
  { title: 'a dot segment', path: '/employees/..' },
  { title: 'a dot segment in front', path: '/../admin' },
  { title: 'an escaped dot segment', path: '/employees/%2e%2E/admin' },
  { title: 'a single dot', path: '/employees/./1' },
  { title: 'a dot segment before a query', path: '/employees/..?a' },
  { title: 'a dot segment by backslash', path: '/employees/..\\admin' },
  { title: 'a dot segment with a line break', path: '/employees/.\n./admin' },
]

for (const { title, path } of refused) {
  t.test(`${title} is refused, and neither sent nor shown`, async (t) => {
    const error = await testClient(t, { service, tokens })
      .fetch(path)
      .catch((reason) => reason)
    t.ok(error instanceof TypeError)
    t.notMatch(error.message, /evil|canary|password|127/)
    t.same(service.requests, [])
    t.same(foreign.requests, [])
  })
}

t.test('a path is appended to the path of baseUrl, and a URL must lie below it', async (t) => {
  for (const baseUrl of [`${service.url}/api/v1`, `${service.url}/api/v1/`]) {
    const client = testClient(t, { service: baseUrl, tokens })
    t.equal(await (await client.fetch('/employees?a')).text(), '/api/v1/employees?a')
    t.equal(await (await client.fetch(`${service.url}/api/v1/employees`)).text(), '/api/v1/employees')
    for (const path of ['/admin', '/api/v1x', '/api/v1/../v2', '/api/v1/%2e%2e/v2']) {
      await t.rejects(client.fetch(`${service.url}${path}`), TypeError)
    }
  }
})

for (const [path, status] of [
  ['/moved', 307],
  ['/moved-here', 301],
] as const) {
  t.test(`a redirect is not followed: ${status} is returned as it is`, async (t) => {
    const response = await testClient(t, { service, tokens }).fetch(path, { method: 'POST', body: 'canary' })
    t.equal(response.status, status)
    t.ok(response.headers.get('location'))
    t.equal(service.requests.length, 1)
    t.same(foreign.requests, [])
  })
}

for (const name of ['authorization', 'Authorization', 'Host']) {
  t.test(`${name} can't be set by a call`, async (t) => {
    const call = testClient(t, { service, tokens }).fetch('/', { headers: { [name]: 'canary' } })
    const error = await call.catch((reason) => reason)
    t.ok(error instanceof TypeError)
    t.notMatch(error.message, 'canary')
    t.same(service.requests, [])
  })
}

for (const [title, options] of [
  ['a header value with a line break', { headers: { 'x-a': 'canary\r\nx-b: 1' } }],
  ['a header name with a space', { headers: { 'canary a': '1' } }],
  ['a method that is none', { method: 'GE T' }],
  ['CONNECT', { method: 'CONNECT' }],
  ['a GET with a body', { body: 'canary' }],
] as const) {
  t.test(`${title} is an error of the caller: TypeError`, async (t) => {
    const error = await testClient(t, { service, tokens })
      .fetch('/', options)
      .catch((reason) => reason)
    t.ok(error instanceof TypeError)
    t.notMatch(error.message, 'canary')
    t.same(service.requests, [])
  })
}

t.test("Node's FormData, which undici would garble, is refused", async (t) => {
  const form = new FormData() as unknown as URLSearchParams
  await t.rejects(testClient(t, { service, tokens }).fetch('/', { method: 'POST', body: form }), TypeError)
})

t.test('headers may be an object, pairs or Headers', async (t) => {
  const client = testClient(t, { service, tokens })
  for (const headers of [{ 'X-A': '1' }, [['x-a', '1']] as [string, string][], new Headers({ 'x-a': '1' })]) {
    await client.fetch('/', { headers })
  }
  t.same(
    service.requests.map((call) => call.headers['x-a']),
    ['1', '1', '1'],
  )
})
