import fastifyJwt from '@fastify/jwt'
import { type Key, type KeyRing, parseKeyRing } from '@latchkey/access-token'
import t from 'tap'
import { forgeToken, goodClaims, goodHeader, hmac, nowSeconds, secret, tokenWith } from './hostile/forge-token.ts'
import { bearer, buildTestServer, ringText } from './test-server.ts'

const newSecret = 'the next secret of these tests, also 32 bytes'.replace(',', ';')
const withNewKey = forgeToken({ ...goodHeader, kid: 'k2' }, goodClaims, hmac(newSecret))
const withOldKey = tokenWith()

t.test('a key is accepted from when it enters the ring until it leaves it, without a restart', async (t) => {
  let ring = parseKeyRing(ringText)
  const app = await buildTestServer({ keys: () => ring })
  t.teardown(() => app.close())
  const statusOf = async (token: string): Promise<number> =>
    (await app.inject({ url: '/employees', headers: bearer(token) })).statusCode

  t.equal(await statusOf(withOldKey), 200)
  t.equal(await statusOf(withNewKey), 401)

  ring = parseKeyRing(`k2:${newSecret},${ringText}`)
  t.equal(await statusOf(withOldKey), 200, 'old tokens live on')
  t.equal(await statusOf(withNewKey), 200)

  ring = parseKeyRing(`k2:${newSecret}`)
  t.equal(await statusOf(withOldKey), 401, 'gone with the very next request')
  t.equal(await statusOf(withNewKey), 200)

  ring = parseKeyRing(`k1:${newSecret}`)
  t.equal(await statusOf(withOldKey), 401, 'a new secret under an old name')
})

t.test('a key that is removed from a ring in place is refused at once', async (t) => {
  const keys = parseKeyRing(ringText)
  const killed = new Set<string>()
  const get = (kid: string): Key | undefined => (killed.has(kid) ? undefined : keys.get(kid))
  const ring: KeyRing = { ...keys, get }
  const app = await buildTestServer({ keys: ring })
  t.teardown(() => app.close())
  t.equal((await app.inject({ url: '/me', headers: bearer(withOldKey) })).statusCode, 200)
  killed.add('k1')
  t.equal((await app.inject({ url: '/me', headers: bearer(withOldKey) })).statusCode, 401)
})

t.test('a token that was good a moment ago expires on time', async (t) => {
  let now = nowSeconds * 1000
  const app = await buildTestServer({ now: () => now })
  t.teardown(() => app.close())
  t.equal((await app.inject({ url: '/me', headers: bearer(withOldKey) })).statusCode, 200)
  now = (goodClaims.exp + 5) * 1000 - 1
  t.equal((await app.inject({ url: '/me', headers: bearer(withOldKey) })).statusCode, 200)
  now += 1
  t.equal((await app.inject({ url: '/me', headers: bearer(withOldKey) })).json().code, 'token_expired')
})

t.test('each of thousands of concurrent tokens is answered with its own subject', async (t) => {
  const app = await buildTestServer({ checks: [() => new Promise<void>((resolve) => setImmediate(resolve))] })
  t.teardown(() => app.close())
  const subjects = Array.from({ length: 2000 }, (_, i) => `user-${(i * 7919) % 2000}`)
  let mismatches = 0
  const worker = async (): Promise<void> => {
    for (let sub = subjects.pop(); sub !== undefined; sub = subjects.pop()) {
      const reply = await app.inject({ url: '/me', headers: bearer(tokenWith({ sub, jti: sub })) })
      if (reply.json().sub !== sub) mismatches++
    }
  }
  await Promise.all(Array.from({ length: 50 }, worker))
  t.equal(mismatches, 0)
})

t.test('the app may register @fastify/jwt for tokens of its own', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  await app.register(fastifyJwt, { secret: 'a secret for tokens of another kind' })
  app.get('/own', async (request) => request.jwtVerify())
  const own = app.jwt.sign({ mine: true })
  t.match((await app.inject({ url: '/own', headers: bearer(own) })).json(), { mine: true })
  t.equal((await app.inject({ url: '/me', headers: bearer(own) })).json().code, 'invalid_token')
  t.equal((await app.inject({ url: '/me', headers: bearer(withOldKey) })).statusCode, 200)
})

t.test('a server with a bad ring, no issuer or no audience does not start', async (t) => {
  await t.rejects(buildTestServer({ keys: `k9:${secret.slice(0, 31)}` }), { name: 'KeyRingError', message: /'k9'/ })
  await t.rejects(buildTestServer({ keys: `k9:${secret},k9:${newSecret}` }), { name: 'KeyRingError', message: /'k9'/ })
  await t.rejects(buildTestServer({ keys: '' }), { name: 'KeyRingError' })
  const unset: { keys: string } = JSON.parse('{}')
  await t.rejects(buildTestServer({ keys: unset.keys }), TypeError)
  await t.rejects(buildTestServer({ issuer: '' }), TypeError)
  await t.rejects(buildTestServer({ audience: '' }), TypeError)
})
