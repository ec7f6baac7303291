import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { createServiceClient, type ServiceClient, type ServiceClientOptions } from '@latchkey/service-client'
import { eventually, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { ADMIN } from '../support/auth-service.ts'
import { authServiceProcess } from '../support/auth-service-process.ts'
import { listen, ODD, PAYROLL } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { send } from '../support/send-form.ts'

// @latchkey/service-client with a real auth-service and a real resource server.

const auth = await listen(t)
const resource = await startResourceService(t, auth)

/** Requests to `/oauth/token` so far. */
const tokenRequests = (): number =>
  auth.logs.lines().filter((line) => JSON.stringify(line).includes('/oauth/token')).length

function clientOf(options: Partial<ServiceClientOptions> = {}): ServiceClient {
  const client = createServiceClient({
    baseUrl: resource.url,
    tokenUrl: `${auth.url}/oauth/token`,
    clientId: PAYROLL.clientId,
    clientSecret: PAYROLL.secret,
    ...options,
  })
  t.teardown(() => client.close())
  return client
}

t.test('parallel calls share one token, and later ones too until shortly before it expires', async (t) => {
  let nowMs = 0
  const client = clientOf({ now: () => nowMs, random: () => 0.5 })
  const before = tokenRequests()
  const answers = await Promise.all(Array.from({ length: 50 }, () => client.fetch('/employees')))
  for (const answer of answers) t.match(await answer.json(), { for: 'payroll' })
  t.equal(tokenRequests() - before, 1)
  nowMs = 764_000
  await (await client.fetch('/employees')).text()
  t.equal(tokenRequests() - before, 1, '85 % of 900 s are not over')
  nowMs = 766_000
  await (await client.fetch('/employees')).text()
  t.ok(await eventually(() => tokenRequests() - before === 2), 'the next token was fetched')
})

t.test('a secret with special characters signs in', async (t) => {
  const answer = await clientOf({ clientId: ODD.clientId, clientSecret: ODD.secret }).fetch('/employees')
  t.match(await answer.json(), { for: 'odd' })
})

t.test('a revoked token is replaced once, and the call is sent again with the new one', async (t) => {
  const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
  let sent = ''
  // Only the service shows which token was sent.
  resource.app.server.prependListener('request', ({ headers }) => {
    sent = headers.authorization ?? ''
  })
  const client = clientOf()
  t.equal((await client.fetch('/employees')).status, 200)
  const first = sent.replace('Bearer ', '')
  await send(`${auth.url}/oauth/revoke`, { token: first })
  t.ok(await resource.eventuallyRefuses(first))
  const before = tokenRequests()
  for (const method of ['POST', 'GET']) t.equal((await client.fetch('/employees', { method })).status, 200)
  t.equal(tokenRequests() - before, 1)
  t.not(sent, `Bearer ${first}`)

  const made = await auth.call('POST', '/admin/clients', {
    token: admin.json().accessToken,
    body: { clientId: 'leaver', scopes: ['employees:read'] },
  })
  const leaver = clientOf({ clientId: 'leaver', clientSecret: made.json().clientSecret })
  t.equal((await leaver.fetch('/employees')).status, 200)
  await auth.call('DELETE', '/admin/clients/leaver', { token: admin.json().accessToken })
  const error = await (async () => {
    for (;;) {
      const outcome = await leaver.fetch('/employees').catch((reason: unknown) => reason)
      if (!(outcome instanceof Response)) return outcome
    }
  })()
  t.match(error, { name: 'ServiceCallError', code: 'token_refused', status: 401 }, 'a deleted client gets this error')
})

t.test('trace context and request id are passed on', async (t) => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const answer = await clientOf().fetch('/employees', { context: { id: 'request-1', headers: { traceparent } } })
  t.match(await answer.json(), { traceparent, requestId: 'request-1' })
  t.ok(resource.logs.lines().some((line) => JSON.stringify(line).includes('request-1')))
})

t.test("the README's three lines run unchanged", async (t) => {
  for (const file of ['README.md']) {
    const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8')
    const snippets = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
    const snippet = snippets.find((code) => code.includes('createServiceClient(')) ?? ''
    t.equal(snippet.trim().split('\n').filter(Boolean).length, 3, file)
    const code = snippet.replaceAll('http://localhost:3002', resource.url).replaceAll('http://localhost:3001', auth.url)
    t.not(code, snippet)
    const directory = t.testdir({
      // The packages of this service, wherever the directory is.
      node_modules: t.fixture('symlink', fileURLToPath(new URL('../../node_modules', import.meta.url))),
      'snippet.ts': `export default async (clientId: string, clientSecret: string, request: { id: string }) => {
        ${code.replace(/^import (.*) from (.*)$/m, 'const $1 = await import($2)')}
        return { response, close: () => employees.close() }
      }`,
    })
    const { default: run } = await import(`${directory}/snippet.ts`)
    const { response, close } = await run(PAYROLL.clientId, PAYROLL.secret, { id: 'from-the-readme' })
    t.equal(response.status, 200, file)
    t.match(await response.json(), { for: 'payroll', requestId: 'from-the-readme' })
    await close()
  }
})

t.test('while auth-service is down calls go on with the token at hand, and afterwards with a new one', async (t) => {
  const environment = await testEnvironment(t)
  const canary = {
    clientId: 'canary-client',
    secret: 'canary-secret-canary-secret-canary',
    scopes: ['employees:read'],
  }
  const keys = 'a1:access-access-access-access-access'
  const process = await authServiceProcess(t, environment, () => ({
    ACCESS_TOKEN_SECRET: keys,
    REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
    SERVICE_CLIENTS: JSON.stringify([canary]),
    LOG_LEVEL: 'trace',
  }))
  await process.start()
  const service = await startResourceService(
    t,
    { config: { ...auth.config, tokens: { ...auth.config.tokens, issuer: process.url } }, environment },
    { keys },
  )
  let nowMs = 0
  const client = createServiceClient({
    baseUrl: service.url,
    tokenUrl: `${process.url}/oauth/token`,
    clientId: canary.clientId,
    clientSecret: canary.secret,
    now: () => nowMs,
    random: () => 0.5,
  })
  t.teardown(() => client.close())
  let bearer = ''
  service.app.server.prependListener('request', ({ headers }) => {
    bearer = headers.authorization ?? bearer
  })
  t.equal((await client.fetch('/employees')).status, 200)
  const first = bearer

  await process.kill()
  nowMs = 800_000
  for (let n = 0; n < 5; n++)
    t.equal((await client.fetch('/employees')).status, 200, 'in the last tenth of its lifetime')
  t.equal(bearer, first)
  nowMs = 900_000
  const error: unknown = await client.fetch('/employees').catch((reason: unknown) => reason)
  t.match(error, { name: 'ServiceCallError', code: 'token_unavailable' })

  await process.start()
  const isServed = async (): Promise<boolean> => {
    nowMs += 100
    return (await client.fetch('/employees').catch(() => undefined))?.status === 200
  }
  t.ok(await eventually(isServed), 'there is a token again')
  t.not(bearer, first)

  const logged = [
    process.output(),
    service.logs.text(),
    inspect(error, { depth: 9 }),
    inspect(client, { depth: 9 }),
  ].join('\n')
  t.match(process.output(), '/oauth/token', 'it was logged at all')
  const tokens = [first, bearer].map((each) => each.replace('Bearer ', ''))
  for (const secret of [canary.secret, Buffer.from(`canary-client:${canary.secret}`).toString('base64'), ...tokens]) {
    t.notOk(logged.includes(secret), 'no secret and no token in any log')
  }
})

t.test('an auth-service that hangs delays a call by its time limit at most', async (t) => {
  const sockets = new Set<Socket>()
  const hanging = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    hanging.close()
  })
  await once(hanging, 'listening')
  const { port } = hanging.address() as AddressInfo
  const client = clientOf({ tokenUrl: `http://127.0.0.1:${port}/oauth/token`, timeoutMs: 4000 })
  const error: unknown = await client.fetch('/employees').catch((reason: unknown) => reason)
  t.match(error, { name: 'ServiceCallError', code: 'token_unavailable' })
})
