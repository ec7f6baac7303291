import { eventually, mastersOf, type PrivateServer, privateRedis } from '@latchkey/test-kit'
import t from 'tap'
import {
  type Feed,
  freshPrefix,
  publish,
  readyServer,
  resultOf,
  session,
  untilRefused,
  untilState,
  withRedis,
} from './feed-server.ts'

/** A service that knows that s0 is revoked. */
async function follower(t: Parameters<typeof readyServer>[0], redis: PrivateServer) {
  const feed: Feed = { redisUrl: redis.url, prefix: freshPrefix() }
  await publish(feed, session('s0'))
  return { app: await readyServer(t, feed), feed }
}

t.test('a Redis that was killed and came back is followed again', async (t) => {
  const redis = await privateRedis(t)
  const { app, feed } = await follower(t, redis)
  for (const round of [1, 2]) {
    await redis.kill()
    await untilState(app, 'cut_off')
    t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
    await redis.start()
    await publish(feed, session(`afterwards-${round}`))
    await untilRefused(app, { sid: `afterwards-${round}` })
  }
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
})

t.test('a Redis that stops answering is noticed although the connection stays', async (t) => {
  const redis = await privateRedis(t)
  const { app, feed } = await follower(t, redis)
  redis.pause()
  t.teardown(async () => redis.resume())
  await untilState(app, 'cut_off')
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  redis.resume()
  await publish(feed, session('s1'))
  await untilRefused(app, { sid: 's1' })
  await untilState(app, 'following')
})

t.test('a connection that an administrator closes is replaced', async (t) => {
  const { app, feed } = await follower(t, await privateRedis(t))
  for (const round of [1, 2, 3]) {
    await withRedis(feed.redisUrl, async (admin) => {
      for (const node of await mastersOf(admin)) {
        const [, id] = /id=(\d+) [^\n]*name=latchkey-revocations/.exec(String(await node.client('LIST'))) ?? []
        if (id !== undefined) await node.client('KILL', 'ID', id)
      }
    })
    await eventually(() => app.revocations.status().resyncs === round, 'it has read again')
    await publish(feed, session(`s${round}`))
    await untilRefused(app, { sid: `s${round}` })
  }
})
