import { defineProblems } from '@latchkey/problems'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { Type } from 'typebox'
import { Body, Params, problemResponses, Uuid } from '../src/index.ts'
import { assertProblem, openApp } from './fixtures/open-app.ts'

const problems = defineProblems({
  email_taken: { status: 409, title: 'E-mail taken', detail: 'An account has this e-mail already.' },
  session_ended: { status: 401, title: 'Session ended', bearerError: 'invalid_token' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  insufficient_scope: { status: 403, title: 'Insufficient scope', bearerError: 'insufficient_scope' },
})
const limit = { name: 'passwords', quota: 100, windowSeconds: 3600 }
const SECRET = 'SECRET-cause'

const { app, requestLines, logText } = await openApp(t, (app) => {
  app.get('/ok', async () => ({ fine: true }))
  app.post('/ok', { schema: { body: Body({ name: Type.String() }) } }, async () => ({ fine: true }))
  app.put('/items/:id', { schema: { params: Params({ id: Uuid() }) } }, async () => ({ fine: true }))
  app.get('/items/export', async () => ({ fine: true }))
  app.get('/throws/unknown', async () => {
    throw new Error(SECRET)
  })
  app.get('/throws/text', async () => {
    throw SECRET
  })
  app.get('/throws/driver', async () => {
    throw Object.assign(new Error(SECRET), { code: '23505', detail: SECRET })
  })
  app.get('/throws/status', async () => {
    throw Object.assign(new Error(SECRET), { statusCode: 418 })
  })
  app.get('/throws/server-code', async () => {
    throw Object.assign(new Error(SECRET), { code: 'looks_public', statusCode: 500 })
  })
  app.get('/throws/conflict', { schema: { response: { ...problemResponses(409) } } }, async () => {
    throw new problems.email_taken({ cause: new Error(SECRET) })
  })
  app.get('/throws/ended', async () => {
    throw new problems.session_ended({
      detail: 'Signed out elsewhere.',
      extensions: { reason: 'signed_out' },
    })
  })
  app.get('/throws/missing', async () => {
    throw new problems.unauthenticated()
  })
  app.get('/throws/narrow', async () => {
    throw new problems.insufficient_scope({ requiredScope: 'users:write' })
  })
  app.get('/throws/limited', async () => {
    throw new problems.too_many_requests({ retryAfterSeconds: 59, rateLimit: limit })
  })
  app.get('/throws/busy', async () => {
    throw new problems.too_many_requests({ retryAfterSeconds: 5, rateLimit: { name: 'exports', quota: 1 } })
  })
  app.get('/throws/late', { schema: { response: { 200: Type.Object({ id: Type.String() }) } } }, async () => {
    return {} as { id: string }
  })
})

type Case = [title: string, request: InjectOptions, status: number, code: string, headers?: Record<string, string>]
const json = (payload: string): InjectOptions => ({
  method: 'POST',
  url: '/ok',
  headers: { 'content-type': 'application/json' },
  payload,
})

const cases: Case[] = [
  ['an unknown address is not found', { url: '/nowhere' }, 404, 'not_found'],
  ['an unknown address is not found whatever its body', { ...json('{'), url: '/nowhere' }, 404, 'not_found'],
  [
    'a wrong method says which ones there are',
    { method: 'PATCH', url: '/ok?x=1' },
    405,
    'method_not_allowed',
    { allow: 'GET, HEAD, POST, OPTIONS' },
  ],
  [
    'a wrong method under a parameter, too',
    { method: 'GET', url: '/items/7' },
    405,
    'method_not_allowed',
    { allow: 'PUT, OPTIONS' },
  ],
  [
    'a wrong method at an address that the router could take for a parameter',
    { method: 'PUT', url: '/items/export?x=1' },
    405,
    'method_not_allowed',
    { allow: 'GET, HEAD, OPTIONS' },
  ],
  ['an unknown method', { method: 'QUERY' as 'GET', url: '/ok' }, 405, 'method_not_allowed'],
  ['a URL that cannot be decoded', { url: '/items/%zz' }, 400, 'invalid_request'],
  ['a parameter without end', { method: 'PUT', url: `/items/${'a'.repeat(500)}` }, 414, 'uri_too_long'],
  ['a parameter of another form', { method: 'PUT', url: '/items/7' }, 400, 'invalid_request'],
  ['malformed JSON', json('{'), 400, 'invalid_request'],
  ['a body that is missing', { method: 'POST', url: '/ok' }, 400, 'invalid_request'],
  ['a body that is empty', json(''), 400, 'invalid_request'],
  ['a body that is too large', json(JSON.stringify({ name: 'a'.repeat(70_000) })), 413, 'payload_too_large'],
  [
    'a body of another media type',
    { method: 'POST', url: '/ok', headers: { 'content-type': 'text/plain' }, payload: 'x' },
    415,
    'unsupported_media_type',
  ],
  ['a problem of the service', { url: '/throws/conflict' }, 409, 'email_taken'],
  [
    'a problem with headers of its own',
    { url: '/throws/ended' },
    401,
    'session_ended',
    { 'www-authenticate': 'Bearer error="invalid_token", error_description="Signed out elsewhere."' },
  ],
  [
    'a 401 without a token has a bare challenge',
    { url: '/throws/missing' },
    401,
    'unauthenticated',
    { 'www-authenticate': 'Bearer' },
  ],
  [
    'a token without the scope that the call needs',
    { url: '/throws/narrow' },
    403,
    'insufficient_scope',
    { 'www-authenticate': 'Bearer error="insufficient_scope", scope="users:write"' },
  ],
  [
    'a limit that was reached says which, and until when',
    { url: '/throws/limited' },
    429,
    'too_many_requests',
    { 'retry-after': '59', 'ratelimit-policy': '"passwords";q=100;w=3600', ratelimit: '"passwords";r=0;t=59' },
  ],
  [
    'a limit of what runs at a time',
    { url: '/throws/busy' },
    429,
    'too_many_requests',
    {
      'retry-after': '5',
      'ratelimit-policy': '"exports";q=1;qu="concurrent-requests"',
      ratelimit: '"exports";r=0;t=5',
    },
  ],
  ['an unexpected error', { url: '/throws/unknown' }, 500, 'internal_error'],
  ['something thrown that is no error', { url: '/throws/text' }, 500, 'internal_error'],
  ['an error of a driver', { url: '/throws/driver' }, 500, 'internal_error'],
  ['an error with a status and no public code', { url: '/throws/status' }, 500, 'internal_error'],
  ['an error that calls itself public with a status of ours', { url: '/throws/server-code' }, 500, 'internal_error'],
  ['an answer that does not fit its schema', { url: '/throws/late' }, 500, 'internal_error'],
]

for (const [title, request, status, code, headers] of cases) {
  t.test(`${title}: ${status} ${code}`, async (t) => {
    const response = await app.inject(request)
    assertProblem(t, response, status, code)
    t.notMatch(response.body, SECRET)
    for (const [name, value] of Object.entries(headers ?? {})) t.equal(response.headers[name], value)
  })
}

t.test('OPTIONS answers with the methods of an address', async (t) => {
  const response = await app.inject({ method: 'OPTIONS', url: '/ok' })
  t.equal(response.statusCode, 204)
  t.equal(response.headers.allow, 'GET, HEAD, POST, OPTIONS')
})

t.test('a problem may carry members of its own', async (t) => {
  const { reason, detail } = (await app.inject('/throws/ended')).json()
  t.same({ reason, detail }, { reason: 'signed_out', detail: 'Signed out elsewhere.' })
})

t.test('a failure of ours is logged once, with its cause and stack, under the id that was answered', async (t) => {
  const response = await app.inject('/throws/unknown')
  const lines = requestLines().filter((line) => line.requestId === response.headers['x-request-id'])
  t.equal(lines.length, 1)
  t.match(lines[0], { level: 50, status: 500, err: { message: SECRET, stack: /errors\.test\.ts/ } })
})

t.test('a refusal is logged with its code and its private reason', async (t) => {
  const response = await app.inject('/throws/conflict')
  const line = requestLines().find(({ requestId }) => requestId === response.headers['x-request-id'])
  t.match(line, { level: 30, status: 409, code: 'email_taken', reason: SECRET })
})

t.test('a URL that cannot be decoded is logged without its query string', async (t) => {
  await app.inject('/items/%zz?token=canary-in-query')
  t.match(requestLines().at(-1), { status: 400, path: '/items/%zz', code: 'invalid_request' })
  t.notMatch(logText(), 'canary-in-query')
})
