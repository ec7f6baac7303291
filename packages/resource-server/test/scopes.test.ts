import fastify from 'fastify'
import t from 'tap'
import { resourceServer } from '../src/index.ts'
import { audience, issuer, nowSeconds, tokenWith } from './hostile/forge-token.ts'
import { bearer, buildTestServer, ringText } from './test-server.ts'

t.test('a token without the scope of the route: 403 with a challenge that names it', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  for (const scope of [
    '',
    'profile',
    'employees:readonly',
    'xemployees:read',
    'employees',
    'EMPLOYEES:READ',
    undefined,
  ]) {
    const reply = await app.inject({ url: '/employees', headers: bearer(tokenWith({ scope })) })
    t.equal(reply.statusCode, 403, String(scope))
    t.equal(reply.json().code, 'insufficient_scope')
    t.match(reply.json().detail, 'employees:read')
    t.equal(
      reply.headers['www-authenticate'],
      'Bearer realm="employees", error="insufficient_scope", scope="employees:read"',
    )
  }
})

t.test('the scope may be anywhere in the list', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  for (const scope of ['employees:read', 'a employees:read', 'employees:read b', 'a employees:read b']) {
    t.equal((await app.inject({ url: '/employees', headers: bearer(tokenWith({ scope })) })).statusCode, 200, scope)
  }
})

t.test('authenticate requires a good token of any scope', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  t.equal((await app.inject({ url: '/me', headers: bearer(tokenWith({ scope: '' })) })).statusCode, 200)
  t.equal((await app.inject('/me')).statusCode, 401)
})

t.test('roles grant nothing', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  const admin = bearer(tokenWith({ roles: ['admin'], scope: 'profile' }))
  t.equal((await app.inject({ url: '/employees', headers: admin })).statusCode, 403)
})

t.test('a scope of routes can require a scope of tokens, and one within it another', async (t) => {
  let checks = 0
  const app = await buildTestServer({
    checks: [
      () => {
        checks++
      },
    ],
  })
  t.teardown(() => app.close())
  await app.register(async (readers) => {
    readers.addHook('onRequest', app.requireScope('employees:read'))
    readers.get('/staff', async (request) => request.accessToken.sub)
    await readers.register(async (writers) => {
      writers.addHook('onRequest', app.requireScope('employees:write'))
      writers.delete('/staff', async (request) => request.accessToken.sub)
    })
  })
  const reader = bearer(tokenWith({ scope: 'employees:read' }))
  const writer = bearer(tokenWith({ scope: 'employees:write' }))
  const both = bearer(tokenWith({ scope: 'employees:read employees:write' }))
  t.equal((await app.inject({ url: '/staff', headers: reader })).statusCode, 200)
  t.equal((await app.inject({ method: 'DELETE', url: '/staff', headers: reader })).statusCode, 403)
  t.equal((await app.inject({ method: 'DELETE', url: '/staff', headers: writer })).statusCode, 403)
  t.equal((await app.inject({ method: 'DELETE', url: '/staff', headers: both })).statusCode, 200)
  t.equal((await app.inject({ method: 'DELETE', url: '/staff' })).statusCode, 401)
  t.equal((await app.inject('/open')).statusCode, 200)
  t.equal(checks, 4, 'the token of a request is checked once')
})

t.test('reading the claims on an open route throws', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  app.get('/mistake', async (request) => request.accessToken.sub)
  t.equal((await app.inject({ url: '/mistake', headers: bearer(tokenWith()) })).statusCode, 500)
})

t.test('requiring what is no scope throws', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  for (const scope of ['', 'two scopes', 'quo"te', 'tab\t', 'ümlaut'])
    t.throws(() => app.requireScope(scope), TypeError)
})

t.test('three lines are enough in a bare Fastify app, with its own error handler', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(resourceServer, { keys: ringText, issuer, audience, now: () => nowSeconds * 1000 })
  app.get('/reports', { onRequest: app.requireScope('employees:read') }, async (request) => request.accessToken.sub)

  t.equal((await app.inject({ url: '/reports', headers: bearer(tokenWith()) })).body, 'u1')
  const missing = await app.inject('/reports')
  t.equal(missing.statusCode, 401)
  t.equal(missing.headers['www-authenticate'], 'Bearer realm="employees"')
  t.equal(missing.json().code, 'unauthenticated')
  const bad = await app.inject({ url: '/reports', headers: bearer('x.y.z') })
  t.equal(bad.statusCode, 401)
  t.match(bad.headers['www-authenticate'], 'error="invalid_token"')
  const narrow = await app.inject({ url: '/reports', headers: bearer(tokenWith({ scope: 'profile' })) })
  t.equal(narrow.statusCode, 403)
  t.equal(
    narrow.headers['www-authenticate'],
    'Bearer realm="employees", error="insufficient_scope", scope="employees:read"',
  )
})
