// Pages that a server renders, without a script in them. Browsers talk to this server alone: it passes the cookies of auth-service on, both
// ways, and has no secret. To copy: `npm install @latchkey/resource-server @latchkey/client fastify`, then `node pages.ts` with
// Node 22.18 or later.
import type { EmployeePaths } from '@latchkey/client/api'
import { ACCESS_COOKIE, assertSameOrigin, readCookie } from '@latchkey/resource-server'
import Fastify, { type FastifyError } from 'fastify'
import { askAuth, type Problem } from './ask-auth.ts'
import { employeesPage, messagePage, signInPage } from './html.ts'

type Employees = EmployeePaths['/employees']['get']['responses'][200]['content']['application/json']

const { EMPLOYEES_URL = 'http://localhost:3002', PORT = '3007' } = process.env
const app = Fastify({ logger: true })

app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(String(body)))),
)
app.addHook('onRequest', async (request, reply) => {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
  reply.header('content-security-policy', "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
  // A form of another site signs nobody in and nobody out.
  if (request.method === 'POST') assertSameOrigin(request, [])
})
app.addHook('onRequest', (request, reply, done) => {
  // A link of another site brings no cookies (`SameSite=Strict`): the page asks once more, by itself.
  if (request.headers['sec-fetch-site'] === 'cross-site') reply.header('refresh', '0').send('')
  else done()
})

app.get('/sign-in', async () => signInPage())

app.post<{ Body: { email?: string; password?: string } }>('/sign-in', async (request, reply) => {
  const { email, password } = request.body
  const { status, detail } = await askAuth('/auth/login', { email, password, delivery: 'cookie' }, request, reply)
  if (status === 200) return reply.redirect('/', 303)
  return reply.code(status).send(signInPage(detail))
})

app.get('/', async (request, reply) => {
  const token = readCookie(request, ACCESS_COOKIE)
  // It goes when the token expires.
  if (token === undefined) return reply.redirect('/auth/continue', 303)
  const response = await fetch(`${EMPLOYEES_URL}/employees?sort=lastName`, {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': request.id },
    signal: AbortSignal.timeout(5000),
  })
  if (response.ok) return employeesPage(((await response.json()) as Employees).items)
  const { code = '', detail } = (await response.json()) as Problem
  // A role was taken, say: a new token may do. Where the session is over, the refresh says so.
  if (['token_expired', 'token_revoked'].includes(code)) return reply.redirect('/auth/continue', 303)
  return reply.code(response.status).send(messagePage(detail))
})

// Below /auth, since browsers send the refresh token there alone. Tabs may come here at once: all get the same tokens.
app.get('/auth/continue', async (request, reply) => {
  const { status, code, detail } = await askAuth('/auth/refresh', {}, request, reply)
  if (status === 200) return reply.redirect('/', 303)
  // A verdict. `token_superseded` is none: newer tokens are on their way to this browser.
  if (status === 401 && code !== 'token_superseded') return reply.redirect('/sign-in', 303)
  return reply.code(503).header('retry-after', '1').send(messagePage(detail))
})

app.post('/auth/sign-out', async (request, reply) => {
  const { status, detail } = await askAuth('/auth/logout', {}, request, reply)
  if (status === 204) return reply.redirect('/sign-in', 303)
  // Somebody still is signed in.
  return reply.code(503).header('retry-after', '1').send(messagePage(detail))
})

app.setNotFoundHandler((_request, reply) => reply.code(404).send(messagePage('There is no such page.')))
app.setErrorHandler<FastifyError>((error, request, reply) => {
  const { statusCode = 500 } = error
  if (statusCode < 500) return reply.code(statusCode).send(messagePage(error.message))
  request.log.error(error)
  // A service that cannot be reached says nothing about the session.
  return reply.code(503).header('retry-after', '1').send(messagePage())
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
await app.listen({ port: Number(PORT) })
