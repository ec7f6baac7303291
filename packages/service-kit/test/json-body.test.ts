import t from 'tap'
import { Type } from 'typebox'
import { addJsonParser, Body } from '../src/index.ts'
import { assertProblem, openApp } from './fixtures/open-app.ts'

const Named = Body({ name: Type.String() })

const { app } = await openApp(t, (app) => {
  addJsonParser(app, 'application/merge-patch+json')
  app.post('/named', { schema: { body: Named } }, async ({ body }) => body)
  app.post('/bare', async ({ body }) => ({ body: body ?? null }))
  app.patch('/patched', { schema: { body: Named } }, async ({ body }) => body)
  app.post('/listed', { schema: { body: { content: { 'application/json': { schema: Named } } } } }, async () => ({}))
})

const GOOD = JSON.stringify({ name: 'a' })

// What is not refused must have been validated: a bad body shows it.
const contentTypes: [contentType: string, taken: boolean][] = [
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['application/json;charset="UTF-8"', true],
  ['Application/JSON', true],
  ['application/json; profile=x', true],
  [' application/json', true],
  ['application/json; charset=utf-16', false],
  ['application/json; charset=latin1', false],
  ['application/json\ta', false],
  ['application/json x', false],
  ['application/json, text/plain', false],
  ['application/jsonp', false],
  ['text/json', false],
  ['text/plain', false],
  ['application/x-www-form-urlencoded', false],
  ['multipart/form-data; boundary=x', false],
  ['garbage', false],
]

for (const [contentType, taken] of contentTypes) {
  t.test(`content type ${JSON.stringify(contentType)} is ${taken ? 'validated' : 'refused'}`, async (t) => {
    const post = (payload: string) =>
      app.inject({ method: 'POST', url: '/named', headers: { 'content-type': contentType }, payload })
    if (taken) {
      t.equal((await post(GOOD)).statusCode, 200)
      assertProblem(t, await post('{"name":1}'), 400, 'invalid_request')
    } else {
      assertProblem(t, await post(GOOD), 415, 'unsupported_media_type')
    }
  })
}

t.test('a body without any content type is refused', async (t) => {
  assertProblem(
    t,
    await app.inject({ method: 'POST', url: '/bare', payload: Buffer.from('{}') }),
    415,
    'unsupported_media_type',
  )
})

const bodies: [title: string, payload: string | Buffer][] = [
  ['a byte order mark', `\ufeff${GOOD}`],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')])],
  ['an overlong encoding', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')])],
  ['a member __proto__', '{"name":"a","__proto__":{"admin":true}}'],
  ['an escaped member __proto__', '{"name":"a","\\u005f_proto__":{"admin":true}}'],
  ['a member constructor.prototype', '{"name":"a","constructor":{"prototype":{"admin":true}}}'],
  ['a nested member __proto__', '{"name":{"__proto__":{"admin":true}}}'],
  ['a trailing comma', '{"name":"a",}'],
  ['two documents', `${GOOD}${GOOD}`],
  ['a bare text', '"a"'],
  ['a list', '[]'],
  ['null', 'null'],
  ['very deep nesting', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
]

for (const [title, payload] of bodies) {
  t.test(`${title} is refused and leaves nothing behind`, async (t) => {
    const headers = { 'content-type': 'application/json' }
    assertProblem(t, await app.inject({ method: 'POST', url: '/named', headers, payload }), 400, 'invalid_request')
    t.equal(Reflect.get({}, 'admin'), undefined)
  })
}

t.test('a route without a body takes an empty one, announced as JSON or not', async (t) => {
  const announced = { 'content-type': 'application/json', 'content-length': '0' }
  t.same((await app.inject({ method: 'POST', url: '/bare', headers: announced })).json(), { body: null })
  t.same((await app.inject({ method: 'POST', url: '/bare' })).json(), { body: null })
})

t.test('another JSON media type can be added, as strict as the first', async (t) => {
  const headers = { 'content-type': 'application/merge-patch+json' }
  const patch = (payload: string) => app.inject({ method: 'PATCH', url: '/patched', headers, payload })
  t.equal((await patch(GOOD)).statusCode, 200)
  assertProblem(t, await patch('{"__proto__":1}'), 400, 'invalid_request')
})

t.test('a route that lists its media types refuses others, even those that can be parsed', async (t) => {
  const post = (contentType: string, payload: string) =>
    app.inject({ method: 'POST', url: '/listed', headers: { 'content-type': contentType }, payload })
  t.equal((await post('application/json', GOOD)).statusCode, 200)
  assertProblem(t, await post('application/json', '{}'), 400, 'invalid_request')
  assertProblem(t, await post('application/merge-patch+json', '{}'), 415, 'unsupported_media_type')
})
