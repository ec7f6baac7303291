import { eventually, privateRedis } from '@latchkey/test-kit'
import t from 'tap'
import { forgeToken, goodClaims, goodHeader, hmac, kid, nowSeconds, secret, tokenWith } from '../hostile/forge-token.ts'
import { bearer, ringText } from '../test-server.ts'
import { answerTo, EXP, freshPrefix, publish, readyServer, resultOf, session, untilRefused } from './feed-server.ts'

const { url: redisUrl } = await privateRedis(t)
const freshFeed = () => ({ redisUrl, prefix: freshPrefix() })

/** As a service client's token is: no session, no user. */
const ofClient = (clientId: string) => ({
  sub: clientId,
  client_id: clientId,
  sid: undefined,
  did: undefined,
  ver: undefined,
  roles: undefined,
})

t.test('the tokens of a revoked session are refused, those of others are not', async (t) => {
  const feed = freshFeed()
  const app = await readyServer(t, feed)
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  await publish(feed, session('s1'))
  await untilRefused(app, { sid: 's1' })
  t.equal(await resultOf(app, { sid: 's2' }), 'ok', 'another session of the same user')
  t.equal(await resultOf(app, ofClient('s1')), 'ok', 'a client of that name')

  const reply = await answerTo(app, { sid: 's1' })
  t.equal(reply.statusCode, 401)
  t.equal(
    reply.headers['www-authenticate'],
    'Bearer realm="employees", error="invalid_token", error_description="The access token has been revoked."',
  )
  for (const request of [
    { url: '/me', headers: bearer(tokenWith({ sid: 's1' })) },
    { url: '/me', headers: { cookie: `__Host-access=${tokenWith({ sid: 's1', jti: 'another-token' })}` } },
  ]) {
    t.equal((await app.inject(request)).json().code, 'token_revoked')
  }
})

t.test(
  "all tokens of a user below the raised version are refused, none of that version, and no other user's",
  async (t) => {
    const feed = freshFeed()
    const app = await readyServer(t, feed)
    await publish(feed, { kind: 'user', id: 'u1', ver: 4, exp: EXP })
    await untilRefused(app, { sub: 'u1', ver: 3 })
    t.equal(await resultOf(app, { sub: 'u1', ver: 0, sid: 's9' }), 'token_revoked')
    t.equal(await resultOf(app, { sub: 'u1', ver: 4 }), 'ok')
    t.equal(await resultOf(app, { sub: 'u2', ver: 3 }), 'ok')

    await publish(feed, { kind: 'user', id: 'u1', ver: 2, exp: EXP }, session('marker'))
    await untilRefused(app, { sub: 'u3', sid: 'marker' })
    t.equal(await resultOf(app, { sub: 'u1', ver: 3 }), 'token_revoked', 'a lower version takes nothing back')
  },
)

t.test("a removed client's tokens are refused, those of users who signed in through it are not", async (t) => {
  const feed = freshFeed()
  const app = await readyServer(t, feed)
  await publish(feed, { kind: 'client', id: 'payroll', exp: EXP })
  await untilRefused(app, ofClient('payroll'))
  t.equal(await resultOf(app, { ...ofClient('payroll'), client_id: 'other' }), 'token_revoked', 'by its sub alone')
  t.equal(await resultOf(app, ofClient('other')), 'ok')
  t.equal(await resultOf(app, { client_id: 'payroll' }), 'ok')
})

t.test(
  'a client that lost a scope: its tokens below the version are refused, also those from before it had one',
  async (t) => {
    const feed = freshFeed()
    const app = await readyServer(t, feed)
    t.equal(await resultOf(app, ofClient('payroll')), 'ok')
    await publish(feed, { kind: 'user', id: 'payroll', ver: 2, exp: EXP })
    await untilRefused(app, ofClient('payroll'))
    t.equal(await resultOf(app, { ...ofClient('payroll'), ver: 1 }), 'token_revoked')
    t.equal(await resultOf(app, { ...ofClient('payroll'), ver: 2 }), 'ok')
    t.equal(await resultOf(app, ofClient('other')), 'ok')
    t.equal(await resultOf(app, { client_id: 'payroll' }), 'ok', 'a user who signed in through it')
  },
)

t.test('a narrowed role: tokens that name it with a lower pol are refused, all others pass', async (t) => {
  const feed = freshFeed()
  const app = await readyServer(t, feed)
  t.equal(await resultOf(app, { roles: ['hr'] }), 'ok')
  await publish(feed, { kind: 'role', id: 'hr', pol: 7, exp: EXP })
  await untilRefused(app, { roles: ['hr'] })
  t.equal(await resultOf(app, { roles: ['staff', 'hr'], pol: 6 }), 'token_revoked')
  t.equal(await resultOf(app, { roles: ['hr'], pol: 7 }), 'ok')
  t.equal(await resultOf(app, { roles: ['staff'], pol: 6 }), 'ok')
  t.equal(await resultOf(app, ofClient('hr')), 'ok', 'a client of that name')

  const late = await readyServer(t, feed)
  t.equal(await resultOf(late, { roles: ['hr'], pol: 6 }), 'token_revoked', 'at a replica that starts later')
})

t.test('one token of a client can be revoked alone', async (t) => {
  const feed = freshFeed()
  const app = await readyServer(t, feed)
  await publish(feed, { kind: 'token', id: 'this-one', exp: EXP })
  await untilRefused(app, { ...ofClient('payroll'), jti: 'this-one' })
  t.equal(await resultOf(app, { ...ofClient('payroll'), jti: 'another' }), 'ok')
})

t.test('every token under a revoked key is refused, those under others are not', async (t) => {
  const feed = freshFeed()
  const newSecret = `${secret} but newer`
  const app = await readyServer(t, feed, { keys: `k2:${newSecret},${ringText}` })
  const underNew = forgeToken({ ...goodHeader, kid: 'k2' }, goodClaims, hmac(newSecret))
  const codeOf = async (token: string) => (await app.inject({ url: '/me', headers: bearer(token) })).json().code
  t.equal(await resultOf(app), 'ok')

  await publish(feed, { kind: 'key', id: 'k7', exp: EXP }, { kind: 'key', id: kid, exp: EXP })
  await untilRefused(app, {})
  t.equal(await codeOf(underNew), undefined)
  t.equal(await codeOf(forgeToken({ ...goodHeader, kid: 'k7' }, goodClaims)), 'token_revoked', 'never in the ring')
  const reply = await app.inject({ url: '/me', headers: bearer(tokenWith()) })
  t.equal(reply.statusCode, 401)
  t.match(reply.headers['www-authenticate'], 'error="invalid_token"')
})

t.test('a revocation is dropped when its last token has expired', async (t) => {
  const feed = freshFeed()
  let seconds = nowSeconds
  const app = await readyServer(t, feed, { now: () => seconds * 1000 })
  await publish(feed, session('s1', nowSeconds + 100), session('s2', nowSeconds + 200), session('s0', nowSeconds))
  await untilRefused(app, { sid: 's2' })
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  t.equal(app.revocations.status().known, 2, 'what is over already is not kept')
  seconds += 100
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  t.equal(await resultOf(app, { sid: 's2' }), 'token_revoked')
  await eventually(() => app.revocations.status().known === 1, 'it is forgotten')
})

t.test('when the clock is set back, what was dropped is read again', async (t) => {
  const feed = freshFeed()
  let seconds = nowSeconds
  const app = await readyServer(t, feed, { now: () => seconds * 1000 })
  await publish(feed, session('s1', nowSeconds + 1200))
  await untilRefused(app, { sid: 's1' })
  seconds += 3600
  await eventually(() => app.revocations.status().known === 0, 'it is forgotten')
  seconds -= 3600
  await untilRefused(app, { sid: 's1' })
})

t.test("a service's own checks still run, but only for tokens that are not revoked", async (t) => {
  const feed = freshFeed()
  const seen: unknown[] = []
  const app = await readyServer(t, feed, { checks: [(_request, { sid }) => void seen.push(sid)] })
  await publish(feed, session('s1'))
  await eventually(() => app.revocations.status().known === 1, 'it is known')
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  t.equal(await resultOf(app, { sid: 's2' }), 'ok')
  t.same(seen, ['s2'])
})

t.test('refusals are counted', async (t) => {
  const feed = freshFeed()
  const app = await readyServer(t, feed)
  await publish(feed, session('s1'), { kind: 'key', id: 'k7', exp: EXP })
  await eventually(() => app.revocations.status().known === 2, 'both are known')
  for (const sid of ['s1', 's2', 's1']) await resultOf(app, { sid })
  const { metrics } = app.revocations
  const values = Object.fromEntries(metrics.map(({ name, read }) => [name, read()]))
  t.match(values, {
    revocations_known: 2,
    revocation_refusals_total: 2,
    revocation_feed_resyncs_total: 0,
    revocation_entries_skipped_total: 0,
  })
  t.ok((values.revocation_feed_lag_seconds ?? Number.NaN) >= 0)
  t.same(
    metrics.map(({ name, type }) => [name, type === 'counter']),
    metrics.map(({ name }) => [name, name.endsWith('_total')]),
  )
})
