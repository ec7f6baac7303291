import { createHmac } from 'node:crypto'
import type { AppInstance } from '@latchkey/service-kit'
import { eventually, privateRedis } from '@latchkey/test-kit'
import t from 'tap'
import type { ResourceServerOptions } from '../../src/index.ts'
import { encode, forgeToken, goodClaims } from '../hostile/forge-token.ts'
import { EXP, freshPrefix, publish, session } from '../revocations/feed-server.ts'
import { bearer, buildTestServer, ringText } from '../test-server.ts'
import { createKey, type Issuer, startIssuer, tokenOf } from './issuer.ts'

type Times = { refreshMs?: number; cooldownMs?: number; timeoutMs?: number }
type TestScope = { teardown(handler: () => Promise<void>): unknown }

t.setTimeout(120_000)

const HOUR = 3_600_000
const { url: redisUrl } = await privateRedis(t)

async function serverFor(
  t: TestScope,
  issuer: Issuer,
  times: Times = {},
  algorithm: 'ES256' | 'EdDSA' = 'ES256',
  more: Partial<ResourceServerOptions> = {},
) {
  const keys = { jwksUrl: issuer.url, algorithm, refreshMs: HOUR, cooldownMs: HOUR, ...times }
  const app = await buildTestServer({ keys, ...more })
  t.teardown(async () => app.close())
  return app
}

const answerTo = async (app: AppInstance, token: string) => app.inject({ url: '/me', headers: bearer(token) })
const statusOf = async (app: AppInstance, token: string): Promise<number> => (await answerTo(app, token)).statusCode

for (const algorithm of ['ES256', 'EdDSA'] as const) {
  t.test(`${algorithm}: tokens are verified with the keys that the issuer publishes, fetched once`, async (t) => {
    const [first, second] = [createKey('a', algorithm), createKey('b', algorithm)]
    const issuer = await startIssuer(t, first, second)
    const app = await serverFor(t, issuer, {}, algorithm)
    await app.jwks.ready
    for (const key of [first, second, first]) t.equal(await statusOf(app, tokenOf(key)), 200)
    t.equal(
      await statusOf(app, tokenOf({ ...first, privateKey: second.privateKey })),
      401,
      'under the other key’s name',
    )
    t.equal(issuer.fetches, 1)
    t.equal(await app.jwks.healthCheck(), 'ok')
  })
}

t.test('without a copy of the keys the answer is 503, and the service is not ready', async (t) => {
  const key = createKey('a')
  const issuer = await startIssuer(t, key)
  await issuer.stop()
  const app = await serverFor(t, issuer)
  const answer = await answerTo(app, tokenOf(key))
  t.equal(answer.statusCode, 503)
  t.ok(answer.headers['retry-after'])
  await t.rejects(app.jwks.healthCheck())
  t.equal((await app.inject('/open')).statusCode, 200)
  await issuer.restart()
  t.ok(await eventually(async () => (await statusOf(app, tokenOf(key))) === 200), 'it keeps trying')
})

t.test('a token under a key that was published since the last fetch waits for one fetch and passes', async (t) => {
  const [old, next] = [createKey('old'), createKey('next')]
  const issuer = await startIssuer(t, old)
  const app = await serverFor(t, issuer)
  await app.jwks.ready
  issuer.publish(old, next)
  const statuses = await Promise.all(Array.from({ length: 50 }, () => statusOf(app, tokenOf(next))))
  t.same(new Set(statuses), new Set([200]))
  t.equal(issuer.fetches, 2, 'one for all of them')
})

t.test('many unknown keys cause one fetch per cooldown', async (t) => {
  const key = createKey('a')
  const issuer = await startIssuer(t, key)
  const app = await serverFor(t, issuer)
  await app.jwks.ready
  for (let i = 0; i < 1000; i += 50) {
    const storm = Array.from({ length: 50 }, (_, n) => statusOf(app, tokenOf({ ...key, kid: `unknown-${i + n}` })))
    t.same(new Set(await Promise.all(storm)), new Set([401]))
  }
  t.equal(issuer.fetches, 2)
  t.equal(await statusOf(app, tokenOf(key)), 200)
})

t.test('an issuer that is away or answers nonsense removes no key', async (t) => {
  const key = createKey('a')
  const issuer = await startIssuer(t, key)
  const app = await serverFor(t, issuer, { refreshMs: 30, cooldownMs: 1, timeoutMs: 200 })
  await app.jwks.ready
  const isDegraded = async (): Promise<boolean> => (await app.jwks.healthCheck()) === 'degraded'
  const isOk = async (): Promise<boolean> => (await app.jwks.healthCheck()) === 'ok'

  const nonsense: [string, Issuer['answer']][] = [
    ['500', (response) => response.writeHead(500).end()],
    ['no JSON', (response) => response.end('<html>')],
    ['no keys', (response) => response.end('{"keys":[]}')],
    ['keys for others', (response) => response.end(JSON.stringify({ keys: [createKey('x', 'EdDSA').jwk] }))],
    ['a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['far too much', (response) => response.end(`{"keys":[],"x":"${'x'.repeat(100_000)}"}`)],
    ['silence', () => {}],
  ]
  for (const [title, answer] of nonsense) {
    issuer.answer = answer
    t.ok(await eventually(isDegraded), title)
    t.equal(await statusOf(app, tokenOf(key)), 200, `${title}: the last good copy stays`)
    const unknown = await answerTo(app, tokenOf({ ...key, kid: 'new' }))
    t.equal(unknown.statusCode, 503, `${title}: an unknown key could be a new one`)
    issuer.publish(key)
    t.ok(await eventually(isOk), `${title}: back`)
  }
  t.equal(await statusOf(app, tokenOf({ ...key, kid: 'new' })), 401)
})

t.test('a key that left the set is refused after the next fetch', async (t) => {
  const [old, next] = [createKey('old'), createKey('next')]
  const issuer = await startIssuer(t, old, next)
  const app = await serverFor(t, issuer, { refreshMs: 50 })
  await app.jwks.ready
  t.equal(await statusOf(app, tokenOf(old)), 200)
  issuer.publish(next)
  t.ok(await eventually(async () => (await statusOf(app, tokenOf(old))) === 401))
  t.equal(await statusOf(app, tokenOf(next)), 200)
})

t.test('the public key is never taken for a shared secret, in whatever form it is given', async (t) => {
  const key = createKey('a')
  const issuer = await startIssuer(t, key)
  const app = await serverFor(t, issuer)
  await app.jwks.ready
  const { createPublicKey } = await import('node:crypto')
  const publicKey = createPublicKey({ key: key.jwk, format: 'jwk' })
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const secrets: Record<string, string | Buffer> = {
    PEM: pem,
    'PEM without its last line break': pem.trim(),
    'PEM behind a space': ` ${pem}`,
    DER: publicKey.export({ format: 'der', type: 'spki' }),
    JWK: JSON.stringify(key.jwk),
    'the point': Buffer.concat([key.jwk.x, key.jwk.y].map((part) => Buffer.from(part ?? '', 'base64url'))),
    nothing: '',
  }
  for (const [title, secret] of Object.entries(secrets)) {
    const token = forgeToken({ alg: 'HS256', typ: 'at+jwt', kid: 'a' }, goodClaims, (input) =>
      createHmac('sha256', secret).update(input).digest(),
    )
    t.equal(await statusOf(app, token), 401, title)
  }
  const unsigned = `${encode({ alg: 'none', typ: 'at+jwt', kid: 'a' })}.${encode(goodClaims)}.AA`
  t.equal(await statusOf(app, unsigned), 401)
  const zero = forgeToken({ alg: 'ES256', typ: 'at+jwt', kid: 'a' }, goodClaims, () => Buffer.alloc(64))
  t.equal(await statusOf(app, zero), 401, 'a signature of zeros')
  t.equal(issuer.fetches, 1)
})

t.test('a server with a bad address or algorithm does not start', async (t) => {
  const start = (keys: object) => buildTestServer(JSON.parse(JSON.stringify({ keys })))
  await t.rejects(start({ jwksUrl: 'ftp://as.test/keys', algorithm: 'ES256' }), TypeError)
  await t.rejects(start({ jwksUrl: 'keys', algorithm: 'ES256' }), TypeError)
  await t.rejects(start({ jwksUrl: 'http://as.test/keys', algorithm: 'HS256' }), TypeError)
  await t.rejects(start({ jwksUrl: 'http://as.test/keys' }), TypeError)
  await t.rejects(start({ jwksUrl: 'http://as.test/keys', algorithm: 'ES256', cooldownMs: 0 }), TypeError)
})

t.test('where keys are not fetched, app.jwks throws', async (t) => {
  const app = await buildTestServer({ keys: ringText })
  t.teardown(async () => app.close())
  t.throws(() => app.jwks, /not fetched/)
})

t.test('when a key is revoked the set is fetched at once', async (t) => {
  const feed = { redisUrl, prefix: freshPrefix() }
  const [leaked, next, last] = [createKey('leaked'), createKey('next'), createKey('last')]
  const issuer = await startIssuer(t, leaked)
  const app = await serverFor(t, issuer, {}, 'ES256', { revocations: feed })
  await Promise.all([app.jwks.ready, app.revocations.ready])
  t.equal(await statusOf(app, tokenOf(next)), 401, 'not published, but fetched for: the cooldown begins')
  issuer.publish(next, leaked)
  await publish(feed, { kind: 'key', id: 'leaked', exp: EXP })
  t.ok(await eventually(async () => (await statusOf(app, tokenOf(next))) === 200))
  t.equal((await answerTo(app, tokenOf(leaked))).json().code, 'token_revoked')
  issuer.publish(last)
  await publish(feed, { kind: 'key', id: 'leaked', exp: EXP }, session('s9'))
  t.ok(
    await eventually(async () => (await answerTo(app, tokenOf(next, { sid: 's9' }))).json().code === 'token_revoked'),
  )
  t.equal(issuer.fetches, 3, 'published again, the same key causes no fetch')
})

t.test('a failed fetch is retried soon, whatever caused it', async (t) => {
  const key = createKey('a')
  const issuer = await startIssuer(t, key)
  const app = await serverFor(t, issuer)
  await app.jwks.ready
  await issuer.stop()
  const next = createKey('next')
  t.equal(await statusOf(app, tokenOf(next)), 503)
  issuer.publish(key, next)
  await issuer.restart()
  t.ok(await eventually(async () => (await statusOf(app, tokenOf(next))) === 200))
  t.equal(await app.jwks.healthCheck(), 'ok')
})

t.test('an address with a password in it is refused, and not shown', async (t) => {
  const start = buildTestServer({ keys: { jwksUrl: 'http://user:hunter2@as.test/keys', algorithm: 'ES256' } })
  await t.rejects(start, { name: 'TypeError', message: /^(?!.*hunter2)/ })
})
