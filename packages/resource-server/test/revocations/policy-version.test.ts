import { captureLogs, eventually, privateRedis } from '@latchkey/test-kit'
import t from 'tap'
import { nowSeconds } from '../hostile/forge-token.ts'
import {
  type Entry,
  EXP,
  followingServer,
  freshPrefix,
  publish,
  readyServer,
  resultOf,
  session,
  untilRefused,
  withRedis,
} from './feed-server.ts'

const { url: redisUrl } = await privateRedis(t)
const freshFeed = () => ({ redisUrl, prefix: freshPrefix() })

const role = (id: string, pol: number, exp = EXP): Entry => ({ kind: 'role', id, pol, exp })

t.test('the highest version of the policy in the feed is reported, and each rise of it once', async (t) => {
  const feed = freshFeed()
  const reported: number[] = []
  await publish(feed, role('hr', 4), role('staff', 3))
  const app = await readyServer(t, { ...feed, onRoleNarrowed: (version) => reported.push(version) })
  t.equal(app.revocations.policyVersion, 4)
  t.same(reported, [4], 'at the start, too')

  await publish(feed, role('payroll', 2), role('hr', 4), session('s1'))
  await untilRefused(app, { sid: 's1' })
  t.same(reported, [4], 'a lower one and one that came before are no rise')

  await publish(feed, role('payroll', 9))
  await eventually(() => app.revocations.policyVersion === 9, 'it is seen')
  t.same(reported, [4, 9])
})

t.test('when it is reported, tokens of the narrowed role are refused already', async (t) => {
  const feed = freshFeed()
  const { promise: answer, resolve } = Promise.withResolvers<string>()
  const onRoleNarrowed = () => resolve(resultOf(app, { roles: ['hr'], pol: 4 }))
  const app = await readyServer(t, { ...feed, onRoleNarrowed })
  t.equal(await resultOf(app, { roles: ['hr'], pol: 4 }), 'ok')
  t.equal(app.revocations.policyVersion, 0)
  await publish(feed, role('hr', 5))
  t.equal(await answer, 'token_revoked')
})

const user = (id: string, ver: number, exp = EXP): Entry => ({ kind: 'user', id, ver, exp })

t.test(
  'versions of users and service clients are reported as they are read, also those that have had their time',
  async (t) => {
    const feed = freshFeed()
    const reported: [string, number][] = []
    const logs = captureLogs()
    await publish(feed, user('u1', 2), user('past', 4, nowSeconds - 1))
    const onVersionRaised = (id: string, version: number) => {
      reported.push([id, version])
      if (id === 'bad') throw new Error('of the host')
    }
    const app = await readyServer(t, { ...feed, onVersionRaised }, {}, { logger: { level: 'warn', ...logs } })
    t.same(reported, [
      ['u1', 2],
      ['past', 4],
    ])
    await publish(feed, role('hr', 9), user('bad', 1), user('u1', 3), session('s1'))
    await untilRefused(app, { sid: 's1' })
    t.same(reported.slice(2), [
      ['bad', 1],
      ['u1', 3],
    ])
    t.match(logs.text(), /onVersionRaised threw/)
    t.equal(app.revocations.status().resyncs, 0, 'an error of the host is none of the feed')
  },
)

t.test('it stays when the entry has had its time, and when the feed is gone', async (t) => {
  const feed = freshFeed()
  const reported: number[] = []
  await publish(feed, role('hr', 6, nowSeconds - 1))
  const app = await readyServer(t, { ...feed, onRoleNarrowed: (version) => reported.push(version) })
  t.match(app.revocations, { policyVersion: 6 })
  t.equal(app.revocations.status().known, 0)

  await withRedis(redisUrl, (redis) => redis.del(`${feed.prefix}revocations`))
  await eventually(() => app.revocations.status().resyncs > 0, 'it is read whole again')
  await publish(feed, role('hr', 5), session('s1'))
  await untilRefused(app, { sid: 's1' })
  t.equal(app.revocations.policyVersion, 6)
  t.same(reported, [6])
})

t.test('a host that throws when it is called is logged, and the feed is followed on', async (t) => {
  const feed = freshFeed()
  const logs = captureLogs()
  const onRoleNarrowed = () => {
    throw new Error('no time for that')
  }
  await publish(feed, role('hr', 6), session('s1'))
  const app = await followingServer(t, { ...feed, onRoleNarrowed }, {}, { logger: { level: 'info', ...logs } })
  await app.revocations.ready
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  await publish(feed, role('hr', 7), session('s2'))
  await untilRefused(app, { sid: 's2' })
  t.equal(app.revocations.status().resyncs, 0)
  t.equal(logs.lines().filter(({ err }) => JSON.stringify(err)?.includes('no time for that')).length, 2)
})
