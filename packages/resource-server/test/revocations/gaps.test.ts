import { cpSync, rmSync } from 'node:fs'
import { eventually, flushAll, mastersOf, privateRedis, type RedisClient } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import {
  EXP,
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

const { url: redisUrl } = await privateRedis(t)
const keyOf = ({ prefix }: Feed): string => `${prefix}revocations`

/** A service that follows the feed and knows that s0 is revoked. */
async function follower(t: Parameters<typeof readyServer>[0]) {
  const feed: Feed = { redisUrl, prefix: freshPrefix() }
  await publish(feed, session('s0'))
  const app = await readyServer(t, feed)
  const resynced = (times: number): Promise<true> =>
    eventually(() => {
      const { resyncs, state } = app.revocations.status()
      return resyncs >= times && state === 'following'
    }, 'the feed was read again')
  return { app, feed, key: keyOf(feed), resynced }
}

const revoke = (redis: RedisClient, key: string, id: string, sid: string) =>
  redis.xadd(key, id, 'kind', 'session', 'id', sid, 'exp', EXP)

const removals: { title: string; remove: (redis: RedisClient, key: string) => Promise<unknown> }[] = [
  { title: 'is deleted', remove: (redis, key) => redis.del(key) },
  { title: 'goes with the whole database', remove: flushAll },
]

for (const { title, remove } of removals) {
  t.test(`when the stream ${title}, known revocations are kept and later ones count`, async (t) => {
    const { app, feed, key, resynced } = await follower(t)
    await withRedis(redisUrl, (redis) => remove(redis, key))
    await resynced(1)
    t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
    await publish(feed, session('s1'))
    await untilRefused(app, { sid: 's1' })
    t.equal(app.revocations.status().resyncs, 1)
  })
}

t.test('a stream that was recreated with ids that continue is read from its start', async (t) => {
  const { app, key, resynced } = await follower(t)
  await withRedis(redisUrl, async (redis) => {
    // In one step, so that the service does not read in between.
    const transaction = redis.multi().del(key)
    for (let i = 0; i < 5; i++) transaction.xadd(key, '*', 'kind', 'session', 'id', `new${i}`, 'exp', EXP)
    await transaction.exec()
  })
  await untilRefused(app, { sid: 'new0' })
  await untilRefused(app, { sid: 'new4' })
  await resynced(1)
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
})

t.test('no entry is missed because its id is lower than those before', async (t) => {
  const { app, key, resynced } = await follower(t)
  await withRedis(redisUrl, async (redis) => {
    await redis.multi().del(key).xadd(key, '5-1', 'kind', 'session', 'id', 'low1', 'exp', EXP).exec()
    await untilRefused(app, { sid: 'low1' })
    await resynced(1)
    await revoke(redis, key, '5-2', 'low2')
    await untilRefused(app, { sid: 'low2' })
    await redis.xadd(key, '6-*', 'kind', 'session', 'id', 'low3', 'exp', EXP)
    await untilRefused(app, { sid: 'low3' })
  })
  t.match(app.revocations.status(), { known: 4, resyncs: 1 })
})

t.test('entries that were trimmed away unread are a gap', async (t) => {
  const { app, key, resynced } = await follower(t)
  await withRedis(redisUrl, async (redis) => {
    const transaction = redis.multi()
    for (let i = 0; i < 5; i++) transaction.xadd(key, '*', 'kind', 'session', 'id', `trimmed${i}`, 'exp', EXP)
    await transaction.xtrim(key, 'MAXLEN', '=', 2).exec()
  })
  await untilRefused(app, { sid: 'trimmed4' })
  await resynced(1)
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
})

t.test('entries that were all trimmed away or deleted one by one are a gap', async (t) => {
  const { app, key, resynced } = await follower(t)
  await withRedis(redisUrl, async (redis) => {
    await redis.multi().xadd(key, '*', 'kind', 'session', 'id', 'gone', 'exp', EXP).xtrim(key, 'MAXLEN', 0).exec()
    await resynced(1)
    await revoke(redis, key, '9999999999999-1', 's1')
    await untilRefused(app, { sid: 's1' })
    const id = '9999999999999-2'
    await redis.multi().xadd(key, id, 'kind', 'session', 'id', 'gone', 'exp', EXP).xdel(key, id).exec()
    await resynced(2)
    await revoke(redis, key, '9999999999999-3', 's2')
    await untilRefused(app, { sid: 's2' })
  })
  t.equal(app.revocations.status().resyncs, 2)
})

t.test('trimming what was read is no gap', async (t) => {
  const { app, feed, key } = await follower(t)
  for (const round of [1, 2, 3]) {
    await publish(feed, session(`s${round}`))
    await untilRefused(app, { sid: `s${round}` })
    await withRedis(redisUrl, (redis) => redis.xtrim(key, 'MAXLEN', '=', round === 3 ? 0 : 1))
  }
  await publish(feed, session('s4'))
  await untilRefused(app, { sid: 's4' })
  const { lagSeconds, resyncs } = app.revocations.status()
  t.equal(resyncs, 0)
  t.ok(lagSeconds >= 0)
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked', 'trimming revokes nothing back')
})

t.test('a Redis that came back older than it was un-revokes nothing, and is followed from there', async (t) => {
  const server = await privateRedis(t)
  const feed: Feed = { redisUrl: server.url, prefix: freshPrefix() }
  const copy = `${server.directory}-copy`
  t.teardown(() => rmSync(copy, { recursive: true, force: true }))
  await publish(feed, session('s0'))
  await server.stop()
  cpSync(server.directory, copy, { recursive: true })
  await server.start()

  const app = await readyServer(t, feed)
  await publish(feed, session('lost1'), session('lost2'))
  await untilRefused(app, { sid: 'lost2' })
  await server.kill()
  rmSync(server.directory, { recursive: true })
  cpSync(copy, server.directory, { recursive: true })
  await server.start()
  await untilState(app, 'following')
  await withRedis(server.url, async (redis) => {
    // As from a host whose clock is behind: right after the last entry that it still has.
    const [last] = await redis.xrevrange(keyOf(feed), '+', '-', 'COUNT', 1)
    const [time = '', sequence = ''] = (last?.[0] ?? '').split('-')
    for (const i of [1, 2, 3]) await revoke(redis, keyOf(feed), `${time}-${Number(sequence) + i}`, `after${i}`)
  })
  await untilRefused(app, { sid: 'after3' })
  for (const sid of ['s0', 'lost1', 'lost2', 'after1']) t.equal(await resultOf(app, { sid }), 'token_revoked')
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
})

t.test('after any sequence of faults the service knows all that is in the stream', async (t) => {
  const faults = {
    add: (redis: RedisClient, key: string, sid: string) => revoke(redis, key, '*', sid),
    recreate: (redis: RedisClient, key: string, sid: string) =>
      redis.multi().del(key).xadd(key, '1-1', 'kind', 'session', 'id', sid, 'exp', EXP).exec(),
    // As many entries as there were before, so that their number shows nothing.
    recreateWithSameLength: async (redis: RedisClient, key: string, sid: string) => {
      const transaction = redis.multi().del(key)
      const info = (await redis.xinfo('STREAM', key).catch(() => [])) as unknown[]
      const added = Number(info[info.indexOf('entries-added') + 1] ?? 1)
      for (let i = 1; i <= added; i++)
        transaction.xadd(key, `2-${i}`, 'kind', 'session', 'id', `${sid}-${i}`, 'exp', EXP)
      await transaction.xadd(key, '*', 'kind', 'session', 'id', sid, 'exp', EXP).exec()
    },
    addMany: async (redis: RedisClient, key: string, sid: string) => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => revoke(redis, key, '*', `${sid}-${i}`)))
    },
    delete: (redis: RedisClient, key: string) => redis.del(key),
    trim: (redis: RedisClient, key: string) => redis.xtrim(key, 'MAXLEN', '=', 1),
    cut: async (redis: RedisClient) => {
      for (const node of await mastersOf(redis)) {
        const [, id] = /id=(\d+) [^\n]*name=latchkey-revocations/.exec(String(await node.client('LIST'))) ?? []
        if (id !== undefined) await node.client('KILL', 'ID', id)
      }
    },
  }
  const steps = fc.array(fc.constantFrom(...(Object.keys(faults) as (keyof typeof faults)[])), {
    minLength: 3,
    maxLength: 12,
  })
  const { app, key } = await follower(t)
  let serial = 0
  await withRedis(redisUrl, (redis) =>
    fc.assert(
      fc.asyncProperty(steps, async (names) => {
        for (const name of names) await faults[name](redis, key, `p${++serial}`)
        const marker = `marker${++serial}`
        await revoke(redis, key, '*', marker)
        await untilRefused(app, { sid: marker })
        const entries = await redis.xrange(key, '-', '+')
        const sids = entries.map(([, fields]) => fields[3])
        await eventually(async () => {
          const results = await Promise.all(sids.map((sid) => resultOf(app, { sid })))
          return results.every((result) => result === 'token_revoked')
        }, 'all are refused')
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 15) },
    ),
  )
  await untilState(app, 'following')
})
