import type { InjectOptions } from 'fastify'
import t from 'tap'
import { Type } from 'typebox'
import { Body } from '../src/index.ts'
import { openApp } from './fixtures/open-app.ts'

const { app } = await openApp(t, (app) => {
  app.get('/ok', async () => ({ fine: true }))
  app.get('/empty', async (_request, reply) => reply.code(204).send())
  app.get('/cached', async (_request, reply) => reply.header('cache-control', 'max-age=60').send({}))
  app.post('/body', { schema: { body: Body({ a: Type.String() }) } }, async () => ({}))
  app.get('/throws', async () => {
    throw new Error('x')
  })
})

const answers: [status: number, request: InjectOptions][] = [
  [200, { url: '/ok' }],
  [200, { method: 'HEAD', url: '/ok' }],
  [204, { url: '/empty' }],
  [204, { method: 'OPTIONS', url: '/ok' }],
  [400, { method: 'POST', url: '/body', payload: {} }],
  [400, { url: '/%zz' }],
  [404, { url: '/nowhere' }],
  [405, { method: 'DELETE', url: '/ok' }],
  [413, { method: 'POST', url: '/body', payload: { a: 'a'.repeat(70_000) } }],
  [415, { method: 'POST', url: '/body', headers: { 'content-type': 'text/plain' }, payload: 'a' }],
  [500, { url: '/throws' }],
  [200, { url: '/openapi.json' }],
  [200, { url: '/docs' }],
]
const operations: typeof answers = [
  [200, { url: '/metrics' }],
  [200, { url: '/openapi.json' }],
  [200, { url: '/docs' }],
  [404, { url: '/nowhere' }],
  [405, { method: 'POST', url: '/metrics' }],
]
const all = [
  ...answers.map((answer) => ['public', app, ...answer] as const),
  ...operations.map((answer) => ['operations', app.operations, ...answer] as const),
]

for (const [port, server, status, request] of all) {
  t.test(
    `${request.method ?? 'GET'} ${request.url} (${status}, ${port} port) has the security headers and a request id`,
    async (t) => {
      const { statusCode, headers } = await server.inject(request)
      t.equal(statusCode, status)
      t.match(headers, {
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'content-security-policy': /default-src 'none'.*object-src 'none'.*base-uri 'none'.*frame-ancestors 'none'/,
        'referrer-policy': 'no-referrer',
        'x-request-id': /^[\w-]+$/,
      })
      t.equal(headers['cache-control'], 'no-store')
    },
  )
}

t.test('a route may have its answers cached', async (t) => {
  t.equal((await app.inject('/cached')).headers['cache-control'], 'max-age=60')
})

const ids: [given: string, taken: boolean][] = [
  ['01890a5d-ac96-774b-bcce-b302099a8057', true],
  ['a.b_C-1', true],
  ['a'.repeat(128), true],
  ['a'.repeat(129), false],
  ['', false],
  ['a b', false],
  ['a,b', false],
  ['<script>', false],
  ['é', false],
]

for (const [given, taken] of ids) {
  t.test(
    `the request id ${JSON.stringify(given.slice(0, 40))} (${given.length}) is ${taken ? 'kept' : 'replaced'}`,
    async (t) => {
      const { headers } = await app.inject({ url: '/ok', headers: { 'x-request-id': given } })
      if (taken) t.equal(headers['x-request-id'], given)
      else t.match(headers['x-request-id'], /^[\w-]{10,}$/)
    },
  )
}

t.test('ids of our own differ', async (t) => {
  const requests = Array.from({ length: 50 }, async () => (await app.inject('/ok')).headers['x-request-id'])
  t.equal(new Set(await Promise.all(requests)).size, 50)
})
