import { captureLogs, eventually, privateRedis, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import {
  answerTo,
  followingServer,
  freshPrefix,
  publish,
  readyServer,
  resultOf,
  session,
  untilState,
  withRedis,
} from './feed-server.ts'

const { url: redisUrl } = await privateRedis(t)
const freshFeed = () => ({ redisUrl, prefix: freshPrefix() })

t.test('until the feed was read once every good token gets 503', async (t) => {
  const feed = freshFeed()
  await publish(feed, session('s1'))
  const proxy = await tcpRelay(t, redisUrl)
  await proxy.refuse()
  const app = await followingServer(t, { ...feed, redisUrl: proxy.url })
  for (const sid of ['s1', 's2']) {
    const reply = await answerTo(app, { sid })
    t.equal(reply.statusCode, 503)
    t.equal(reply.json().code, 'unavailable')
    t.equal(reply.headers['retry-after'], '1')
    t.equal(reply.headers['www-authenticate'], undefined)
  }
  t.equal(await resultOf(app, { aud: 'other' }), 'invalid_token', 'a bad token is bad in any case')
  t.equal((await app.inject('/employees')).statusCode, 401)
  t.equal((await app.inject('/open')).statusCode, 200)
  t.equal(app.revocations.status().state, 'starting')
  await t.rejects(app.revocations.healthCheck())

  await proxy.restore()
  await app.revocations.ready
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  t.equal(await resultOf(app, { sid: 's2' }), 'ok')
  t.equal(await app.revocations.healthCheck(), 'ok')
  t.equal(app.revocations.status().resyncs, 0, 'the first read is no resync')
})

t.test(
  'with a wrong password the service stays up, logs why and never the password, and starts once it is right',
  async (t) => {
    const feed = freshFeed()
    const url = new URL(redisUrl)
    url.password = 'not-the-password'
    const logs = captureLogs()
    const app = await followingServer(t, { ...feed, redisUrl: url.href }, {}, { logger: { level: 'trace', ...logs } })
    await eventually(() => logs.text().includes('WRONGPASS'), 'it is logged')
    t.equal(await resultOf(app), 'unavailable')
    t.notMatch(logs.text(), url.password)

    await withRedis(redisUrl, (admin) => admin.acl('SETUSER', 'verifier', `>${url.password}`))
    await app.revocations.ready
    t.equal(await resultOf(app), 'ok')
    t.notMatch(logs.text(), url.password)
  },
)

t.test('a Redis user who may read the feed and nothing else is enough', async (t) => {
  const feed = freshFeed()
  await withRedis(redisUrl, (admin) =>
    admin.acl(
      'SETUSER',
      'reader',
      'on',
      '>secret',
      `%R~${feed.prefix}revocations`,
      'resetchannels',
      '-@all',
      '+xread',
      '+xrange',
      '+xinfo|stream',
      '+multi',
      '+exec',
    ),
  )
  const url = new URL(redisUrl)
  url.username = 'reader'
  url.password = 'secret'
  await publish(feed, session('s1'))
  const app = await readyServer(t, { ...feed, redisUrl: url.href })
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
})

t.test('the next of several addresses is tried when one does not answer', async (t) => {
  const feed = freshFeed()
  await publish(feed, session('s1'))
  const proxy = await tcpRelay(t, redisUrl)
  await proxy.refuse()
  const app = await readyServer(t, { ...feed, redisUrl: `${proxy.url}, ${redisUrl}` })
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  await untilState(app, 'following')
})
