import type { InjectOptions } from 'fastify'
import t from 'tap'
import { bearer, employeeApp } from '../support/employee-app.ts'

const { app } = await employeeApp(t)
const url = '/employees/0190b5c4-8a3e-7c1d-9f00-1234567890ab'
const payload = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }

const calls: {
  call: InjectOptions
  scope: 'employees:read' | 'employees:write' | 'employees:link'
  allowed: number
}[] = [
  { call: { method: 'GET', url: '/employees' }, scope: 'employees:read', allowed: 200 },
  { call: { method: 'HEAD', url: '/employees' }, scope: 'employees:read', allowed: 200 },
  { call: { method: 'GET', url }, scope: 'employees:read', allowed: 404 },
  { call: { method: 'HEAD', url }, scope: 'employees:read', allowed: 404 },
  { call: { method: 'GET', url: `${url}/history` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'POST', url: '/employees', payload }, scope: 'employees:write', allowed: 201 },
  { call: { method: 'PUT', url, payload }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'PATCH', url, payload: {} }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'GET', url: '/employees/export' }, scope: 'employees:write', allowed: 200 },
  { call: { method: 'HEAD', url: '/employees/export' }, scope: 'employees:write', allowed: 200 },
  { call: { method: 'POST', url: '/employees/import' }, scope: 'employees:write', allowed: 415 },
  { call: { method: 'DELETE', url }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'POST', url: `${url}/termination` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'GET', url: `${url}/offboarding` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'HEAD', url: `${url}/offboarding` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'POST', url: `${url}/offboarding/retry` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'GET', url: `${url}/invitation` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'HEAD', url: `${url}/invitation` }, scope: 'employees:write', allowed: 404 },
  { call: { method: 'DELETE', url: `${url}/offboarding` }, scope: 'employees:link', allowed: 404 },
]

for (const { call, scope, allowed } of calls) {
  t.test(`${call.method} ${call.url} needs ${scope}`, async (t) => {
    const anonymous = await app.inject(call)
    t.equal(anonymous.statusCode, 401)
    t.match(anonymous.headers['www-authenticate'], /^Bearer\b(?!.*error)/)

    const stranger = await app.inject({ ...call, headers: { authorization: 'Bearer a.b.c' } })
    t.equal(stranger.statusCode, 401)
    t.match(stranger.headers['www-authenticate'], /error="invalid_token"/)

    const other = scope === 'employees:read' ? 'employees:write' : 'employees:read'
    for (const scopes of [[], [other], ['profile', 'users:read']] as const) {
      const answer = await app.inject({ ...call, headers: bearer(...scopes) })
      t.equal(answer.statusCode, 403)
      t.match(answer.headers['www-authenticate'], `scope="${scope}"`)
      if (call.method !== 'HEAD') t.match(answer.json(), { code: 'insufficient_scope', status: 403 })
    }

    t.equal((await app.inject({ ...call, headers: bearer('profile', scope) })).statusCode, allowed)
  })
}

t.test('a caller without the scope learns nothing about the rest of the request', async (t) => {
  const bad = {
    method: 'POST',
    url: '/employees',
    payload: '{',
    headers: { 'content-type': 'application/json' },
  } as const
  t.equal((await app.inject(bad)).json().code, 'unauthenticated')
  const reader = await app.inject({ ...bad, headers: { ...bad.headers, ...bearer('employees:read') } })
  t.equal(reader.json().code, 'insufficient_scope')
})

t.test('a token in the query is refused, alone and together with a good one', async (t) => {
  const { authorization } = bearer('employees:read')
  const query = { access_token: authorization.slice('Bearer '.length) }
  t.equal((await app.inject({ url: '/employees', query })).statusCode, 401)
  t.equal((await app.inject({ url: '/employees', query, headers: { authorization } })).statusCode, 400)
})

t.test('health and the description are open to all', async (t) => {
  for (const url of ['/health/live', '/health/ready', '/openapi.json', '/docs']) {
    t.equal((await app.inject(url)).statusCode, 200, url)
  }
})

t.end()
