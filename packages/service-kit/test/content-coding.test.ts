import { gzipSync } from 'node:zlib'
import t from 'tap'
import { Type } from 'typebox'
import { assertProblem, openApp } from './fixtures/open-app.ts'

const parsed: unknown[] = []
const { app } = await openApp(t, (app) => {
  const keep = async ({ body }: { body: unknown }) => {
    parsed.push(body)
    return { fine: true }
  }
  app.route({ method: ['POST', 'PUT', 'PATCH', 'DELETE'], url: '/things', handler: keep })
  app.post('/listed', { schema: { body: Type.Object({ a: Type.Number() }) } }, keep)
  app.get('/things', async () => ({ fine: true }))
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
    scope.post('/file', keep)
  })
})

const JSON_BODY = Buffer.from('{"a":1}')
const codings = [
  'gzip',
  'br',
  'deflate',
  'zstd',
  'GZIP',
  'x-gzip',
  'gzip, identity',
  'identity, br',
  'aes128gcm',
  'nonsense',
]

for (const coding of codings) {
  t.test(`a body in ${coding} is refused before it is parsed, and the answer says what is taken`, async (t) => {
    const calls: [method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, type: string][] = [
      ['POST', '/things', 'application/json'],
      ['PUT', '/things', 'application/json'],
      ['PATCH', '/things', 'application/json'],
      ['DELETE', '/things', 'application/json'],
      ['POST', '/listed', 'application/json'],
      ['POST', '/file', 'text/csv'],
      ['POST', '/things', 'text/unknown'],
    ]
    for (const [method, url, type] of calls) {
      const headers = { 'content-type': type, 'content-encoding': coding }
      const response = await app.inject({ method, url, headers, payload: gzipSync(JSON_BODY) })
      assertProblem(t, response, 415, 'unsupported_media_type')
      t.equal(response.headers['accept-encoding'], 'identity')
    }
    t.same(parsed, [])
  })
}

t.test('identity is no coding, and without a body the header says nothing', async (t) => {
  for (const coding of ['identity', 'Identity', '', 'identity, identity']) {
    const headers = { 'content-type': 'application/json', 'content-encoding': coding }
    const response = await app.inject({ method: 'POST', url: '/things', headers, payload: JSON_BODY })
    t.equal(response.statusCode, 200, coding)
    t.notOk(response.headers['accept-encoding'])
  }
  t.same(new Set(parsed.splice(0).map((body) => JSON.stringify(body))), new Set(['{"a":1}']))
  const empty = { 'content-encoding': 'gzip' }
  for (const method of ['GET', 'DELETE', 'POST'] as const) {
    t.equal((await app.inject({ method, url: '/things', headers: empty })).statusCode, 200, method)
  }
})

t.test('other faults of the request come first', async (t) => {
  const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' }
  assertProblem(t, await app.inject({ method: 'POST', url: '/nowhere', headers, payload: 'x' }), 404, 'not_found')
})
