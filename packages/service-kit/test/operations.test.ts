import t from 'tap'
import { Type } from 'typebox'
import { type AppInstance, Body, problemResponses, registerHealth, SECURED } from '../src/index.ts'
import { assertProblem, openApp } from './fixtures/open-app.ts'

const states: Record<string, () => Promise<unknown>> = {
  postgres: async () => undefined,
  redis: async () => undefined,
}
let rounds = 0

const { app, logText } = await openApp(
  t,
  (app) => {
    registerHealth(app, {
      timeoutMs: 50,
      checks: {
        postgres: async () => {
          rounds += 1
          return states.postgres?.()
        },
        redis: async () => states.redis?.(),
      },
    })
    app.post(
      '/things/:id',
      {
        schema: {
          tags: ['things'],
          security: SECURED,
          body: Body({ name: Type.String(), size: Type.Integer({ default: 1 }) }),
          response: { 201: Type.Object({ id: Type.String() }), ...problemResponses(400, 401) },
        },
      },
      async (_request, reply) => reply.code(201).send({ id: 'x' }),
    )
    app.get('/named', { config: { operation: 'read_thing' } }, async () => ({ fine: true }))
  },
  { requestTimeoutMs: 30_000 },
)

const fail = async (): Promise<never> => {
  throw new Error('private cause')
}

const health: [
  title: string,
  postgres: () => Promise<unknown>,
  redis: () => Promise<unknown>,
  status: number,
  report: { status: string; checks: object },
][] = [
  [
    'all is well',
    async () => {},
    async () => 'ok',
    200,
    { status: 'ok', checks: { postgres: { status: 'ok' }, redis: { status: 'ok' } } },
  ],
  [
    'one serves with something missing',
    async () => {},
    async () => 'degraded',
    200,
    { status: 'degraded', checks: { redis: { status: 'degraded' } } },
  ],
  [
    'one is down',
    fail,
    async () => 'degraded',
    503,
    { status: 'unavailable', checks: { postgres: { status: 'unavailable' }, redis: { status: 'degraded' } } },
  ],
  [
    'one does not answer in time',
    async () => new Promise(() => {}),
    async () => {},
    503,
    { status: 'unavailable', checks: { postgres: { status: 'unavailable' } } },
  ],
]

for (const [title, postgres, redis, status, report] of health) {
  t.test(`readiness when ${title}: ${status}`, async (t) => {
    Object.assign(states, { postgres, redis })
    for (const server of [app, app.operations]) {
      const response = await server.inject('/health/ready')
      t.equal(response.statusCode, status)
      t.equal(response.headers['retry-after'], status === 503 ? '1' : undefined)
      t.notMatch(response.body, 'private cause')
      if (server === app) t.same(response.json(), { status: report.status }, 'a stranger learns no more')
      else t.match(response.json(), report)
    }
  })
}

t.test('a change of health is logged with its cause', async (t) => {
  t.match(logText(), 'health changed')
  t.match(logText(), 'private cause')
})

t.test('many that ask at the same time cost the dependencies one round', async (t) => {
  Object.assign(states, { postgres: async () => new Promise(setImmediate), redis: async () => {} })
  rounds = 0
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? app : app.operations).inject('/health/ready')))
  t.equal(rounds, 1)
})

t.test('a process that lives says so whatever its dependencies do', async (t) => {
  states.postgres = fail
  for (const server of [app, app.operations]) {
    t.same((await server.inject('/health/live')).json(), { status: 'ok' })
  }
})

t.test('an app that stops is not ready', async (t) => {
  Object.assign(states, { postgres: async () => {}, redis: async () => {} })
  app.draining = true
  const answers = await Promise.all([app, app.operations].map((server) => server.inject('/health/ready')))
  app.draining = false
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [503, 503],
  )
})

t.test('requests are counted by method, route and class of status', async (t) => {
  await app.inject({ method: 'POST', url: '/things/1', payload: { name: 'a' } })
  await app.inject({ method: 'POST', url: '/things/2', payload: {} })
  await app.inject('/nowhere/3')
  await app.operations.inject('/metrics')
  const { body, headers } = await app.operations.inject('/metrics')
  t.match(headers['content-type'], 'text/plain; version=0.0.4')
  t.match(body, 'http_request_duration_seconds_count{method="POST",route="/things/:id",status="2xx"} 1')
  t.match(body, 'http_request_duration_seconds_count{method="POST",route="/things/:id",status="4xx"} 1')
  t.match(body, 'http_request_duration_seconds_count{method="GET",route="none",status="4xx"}')
  t.match(body, 'nodejs_eventloop_lag_seconds')
  t.notMatch(body, '/nowhere')
  t.notMatch(body, 'route="/metrics"', 'those of operators are not')
})

t.test('requests of a route that names its operation are counted under that name', async (t) => {
  await app.inject('/named')
  const { body } = await app.operations.inject('/metrics')
  const labels = 'method="GET",route="/named",status="2xx",operation="read_thing"'
  t.match(body, `http_request_duration_seconds_count{${labels}} 1`)
})

t.test('apps of one process count for themselves', async (t) => {
  const { app: other } = await openApp(t, () => {})
  t.notMatch((await other.operations.inject('/metrics')).body, '/things/:id')
})

t.test('modules may add metrics of their own', async (t) => {
  const { Counter } = await import('prom-client')
  new Counter({ name: 'things_total', help: 'Things', registers: [app.metrics.registry] }).inc(3)
  t.match((await app.operations.inject('/metrics')).body, 'things_total 3')
})

t.test('the public port has no metrics', async (t) => {
  assertProblem(t, await app.inject('/metrics'), 404, 'not_found')
})

t.test('the API is described in OpenAPI 3.1, with its security and its problems', async (t) => {
  const description = (await app.inject('/openapi.json')).json()
  t.match(description, {
    openapi: '3.1.0',
    info: { title: 'Test service', version: '1.2.3' },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, cookie: { in: 'cookie', name: '__Host-access' } },
      schemas: { Problem: { type: 'object' } },
    },
  })
  const paths = ['/health/live', '/health/ready', '/named', '/openapi.json', '/things/{id}']
  t.same(Object.keys(description.paths).sort(), paths, 'what the public port has, and nothing else')
  t.same((await app.operations.inject('/openapi.json')).json(), description)
  t.same((await app.operations.inject('/docs/json')).json(), description)
  const operation = description.paths['/things/{id}'].post
  t.match(operation, { tags: ['things'], security: [{ bearer: [] }, { cookie: [] }] })
  t.same(operation.requestBody.content['application/json'].schema.required, ['name'])
  t.same(operation.responses['401'].content['application/problem+json'].schema, {
    $ref: '#/components/schemas/Problem',
  })
})

t.test('the description of the API is written once, however often it is read', async (t) => {
  const { app } = await openApp(t, (app) => registerHealth(app, { timeoutMs: 50, checks: {} }))
  const written = t.capture(app, 'swagger', app.swagger)
  for (const url of ['/openapi.json', '/docs/json', '/docs/yaml']) {
    const first = await app.inject(url)
    t.equal(first.statusCode, 200)
    t.equal((await app.inject(url)).body, first.body)
  }
  t.match((await app.inject('/docs/yaml')).body, /^openapi: 3\.1\.0$/m)
  t.equal(written().length, 2, 'as JSON and as YAML')
})

t.test('the description of each operation has the problems that any address may answer', async (t) => {
  const { paths } = (await app.inject('/openapi.json')).json()
  const operations = Object.values<object>(paths).flatMap((each) => Object.values(each))
  t.ok(operations.length > 4)
  for (const { responses } of operations) t.ok(responses.default.content['application/problem+json'])
})

t.test('the page of the API loads nothing that its policy forbids', async (t) => {
  for (const server of [app, app.operations]) {
    const { body, headers } = await server.inject('/docs')
    t.match(headers['content-security-policy'], "script-src 'self'")
    t.notMatch(body, /<script(?![^>]*\ssrc=)[^>]*>|<style|\son\w+=|https?:/)
    const loaded = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
    t.ok(loaded.length >= 5)
    for (const url of loaded) t.equal((await server.inject(url)).statusCode, 200, url)
  }
})

t.test('a page of the API on another port than the API sends no requests', async (t) => {
  const scriptOf = async (server: AppInstance) => (await server.inject('/docs/static/swagger-initializer.js')).body
  t.match(await scriptOf(app.operations), '"supportedSubmitMethods":[]')
  t.notMatch(await scriptOf(app), 'supportedSubmitMethods')
})

t.test('the public port has no description where a setting says so; the operations port has it', async (t) => {
  const { app } = await openApp(t, (app) => registerHealth(app, { timeoutMs: 50, checks: {} }), { apiDocs: false })
  for (const url of ['/docs', '/docs/json', '/docs/static/index.css', '/openapi.json']) {
    assertProblem(t, await app.inject(url), 404, 'not_found')
    t.equal((await app.operations.inject(url)).statusCode, 200, url)
  }
  const { paths } = (await app.operations.inject('/openapi.json')).json()
  t.same(Object.keys(paths), ['/health/live', '/health/ready'])
})

t.test('a file of that page that does not exist is a problem like any other', async (t) => {
  assertProblem(t, await app.inject('/docs/static/nothing.js'), 404, 'not_found')
})
