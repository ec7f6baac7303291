import t from 'tap'
import { openApp } from './fixtures/open-app.ts'

const routes: Parameters<typeof openApp>[1] = (app) => {
  app.get('/auth/login', async ({ url, query }) => ({ url, query }))
  app.get('/things/:id', async ({ url }) => ({ url }))
  app.get('/moved', async (_request, reply) => reply.redirect('/things/1'))
  app.get('/away', async (_request, reply) => reply.redirect('https://other.example/'))
  app.get('/elsewhere', async (_request, reply) => reply.redirect('//other.example/'))
  app.post('/things', async (_request, reply) => reply.code(201).header('location', '/things/2').send())
}

const at = async (...publicUrls: string[]) => (await openApp(t, routes, { publicUrls })).app
const id = await at('https://host.example/id', 'https://host.example/tenants/a/', 'https://other.example')
const auth = await at('https://host.example/auth/')
const bare = await at('https://host.example', 'https://host.example/id')

const addresses: [app: typeof id, url: string, seen: string | number][] = [
  // A proxy takes the path away, or leaves it.
  [id, '/auth/login', '/auth/login'],
  [id, '/id/auth/login', '/auth/login'],
  [id, '/id/auth/login?next=/id/x', '/auth/login?next=/id/x'],
  [id, '/tenants/a/things/7', '/things/7'],
  [id, '/id/things/id', '/things/id'],
  [bare, '/id/auth/login', '/auth/login'],
  [auth, '/auth/login', '/auth/login'],
  [auth, '/auth/auth/login', '/auth/login'],
  // What is no route stays unknown.
  [id, '/id', 404],
  [id, '/id/', 404],
  [id, '/id/nowhere', 404],
  [id, '/id/id/auth/login', 404],
  [id, '/idauth/login', 404],
  [id, '/ID/auth/login', 404],
  [id, '/tenants/auth/login', 404],
  [id, '/id//auth/login', 404],
  [auth, '/auth/auth/auth/login', 404],
]

for (const [app, url, seen] of addresses) {
  t.test(`${url} with ${app.basePath || 'nothing'} in front is ${seen}`, async (t) => {
    const response = await app.inject(url)
    if (typeof seen === 'number') t.equal(response.statusCode, seen)
    else t.equal(response.json().url, seen)
  })
}

const locations: [app: typeof id, method: 'GET' | 'POST', url: string, location: string][] = [
  [id, 'GET', '/moved', '/id/things/1'],
  [id, 'GET', '/id/moved', '/id/things/1'],
  [id, 'POST', '/id/things', '/id/things/2'],
  [id, 'GET', '/id/away', 'https://other.example/'],
  [id, 'GET', '/id/elsewhere', '//other.example/'],
  [bare, 'GET', '/id/moved', '/things/1'],
  [auth, 'GET', '/moved', '/auth/things/1'],
]

for (const [app, method, url, location] of locations) {
  t.test(`${method} ${url} with ${app.basePath || 'nothing'} in front leads to ${location}`, async (t) => {
    t.equal((await app.inject({ method, url })).headers.location, location)
  })
}

t.test('the documentation finds its parts, and names the path', async (t) => {
  for (const prefix of ['', '/id']) {
    const page = await id.inject(`${prefix}/docs`)
    const [asset = ''] = /\/[^"]+swagger-ui-bundle\.js/.exec(page.body) ?? []
    t.equal(asset, '/id/docs/static/swagger-ui-bundle.js')
    t.equal((await id.inject(asset)).statusCode, 200)
    t.same((await id.inject(`${prefix}/openapi.json`)).json().servers, [{ url: '/id' }])
    t.equal((await id.inject(`${prefix}/docs/static/index.html`)).headers.location, '/id/docs/')
    t.equal((await id.inject(`${prefix}/docs/`)).statusCode, 200)
  }
  t.notOk((await bare.inject('/openapi.json')).json().servers)
})

t.test('a wrong method below the path is 405, and the log has the path of the route', async (t) => {
  const { app, requestLines } = await openApp(t, routes, { publicUrls: ['https://host.example/id'] })
  const response = await app.inject({ method: 'DELETE', url: '/id/auth/login?secret' })
  t.same([response.statusCode, response.headers.allow], [405, 'GET, HEAD, OPTIONS'])
  t.match(requestLines().at(-1), { path: '/auth/login' })
})
