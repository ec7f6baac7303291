import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { createRedisClient } from '../../src/redis/redis-client.ts'
import { createRedisGate } from '../../src/redis/redis-gate.ts'
import { refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { ask, startOnCluster } from '../support/on-cluster.ts'
import { refreshingDuring } from '../support/refreshing.ts'

const { cluster, auth, userOn } = await startOnCluster(t, { replicas: true })
const other = await startAuthService(t, { beside: auth })

const logOut = (refreshToken: string) => auth.call('POST', '/auth/logout', { body: { refreshToken } })
const roleOf = (node: (typeof cluster.nodes)[number]) =>
  ask(node, async (redis) => /^role:(\w+)/m.exec(await redis.info('replication'))?.[1]).catch(() => undefined)

t.test(
  'a replica that lacks the last writes and takes over brings no ended session back, and loses none',
  async (t) => {
    const [master, replica] = [cluster.nodes[0], cluster.replicas[0]]
    if (!master || !replica) throw new Error('a master and its replica')
    const ended = await userOn(0)
    const kept = await userOn(0)
    await eventually(
      async () => (await ask(replica, (redis) => redis.dbsize())) === (await ask(master, (redis) => redis.dbsize())),
    )
    await ask(replica, async (redis) => {
      await redis.config('SET', 'masterauth', 'wrong')
      await redis.call('CLIENT', 'KILL', 'TYPE', 'master')
      await eventually(async () => (await redis.info('replication')).includes('master_link_status:down'))
    })
    const late = await userOn(0)
    t.equal((await logOut(ended.refreshToken)).statusCode, 204)
    t.equal((await refreshWith(auth, ended.refreshToken)).statusCode, 401)

    const takeOver = async () => {
      await ask(replica, (redis) => redis.call('CLUSTER', 'FAILOVER', 'TAKEOVER'))
      await eventually(async () => (await roleOf(master)) === 'slave')
      await untilReady(auth, other)
    }
    const statuses = await Promise.all([
      refreshingDuring(auth, ended.refreshToken, takeOver),
      refreshingDuring(other, ended.refreshToken, () => eventually(async () => (await roleOf(master)) === 'slave')),
    ])
    for (const seen of statuses) t.notOk(seen.has(200), `answered ${[...seen]}`)
    t.match((await refreshWith(auth, ended.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
    for (const { refreshToken } of [late, kept]) {
      t.equal((await refreshWith(other, refreshToken)).statusCode, 200, 'an honest session goes on')
    }
    await ask(replica, (redis) => redis.config('SET', 'masterauth', 'private'))
  },
)

t.test('a master that was cut off and comes back answers nothing of the past', async (t) => {
  const [master, replica] = [cluster.nodes[1], cluster.replicas[1]]
  if (!master || !replica) throw new Error('a master and its replica')
  const user = await userOn(1)
  t.equal((await refreshWith(other, user.refreshToken)).statusCode, 200)
  master.pause()
  t.teardown(() => master.resume())
  await eventually(async () => (await roleOf(replica)) === 'master', 'the replica takes over')
  t.equal((await logOut(user.refreshToken)).statusCode, 204)

  const comeBack = async () => {
    master.resume()
    await eventually(async () => (await roleOf(master)) === 'slave')
  }
  const statuses = await Promise.all([
    refreshingDuring(other, user.refreshToken, comeBack),
    refreshingDuring(auth, user.refreshToken, () => eventually(async () => (await roleOf(master)) === 'slave')),
  ])
  for (const seen of statuses) t.notOk(seen.has(200), `answered ${[...seen]}`)
  await untilReady(auth, other)
  t.match((await refreshWith(other, user.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
})

t.test('what was done on a master while it was replaced is not answered as done', async (t) => {
  const [master, replica] = [cluster.nodes[2], cluster.replicas[2]]
  if (!master || !replica) throw new Error('a master and its replica')
  const redis = createRedisClient(cluster.url.split(','), () => {})
  t.teardown(async () => redis.disconnect())
  const gate = createRedisGate({ redis, keyPrefix: `${auth.environment.redisPrefix}gate:`, onFailure: () => {} })
  await gate.watch(async () => undefined)
  t.equal(await gate.confirm(async () => 'done'), 'done')
  const takeOver = () => ask(replica, (node) => node.call('CLUSTER', 'FAILOVER', 'TAKEOVER'))
  await t.rejects(gate.confirm(takeOver), { code: 'unavailable', statusCode: 503 })
  const isUpToDate = () =>
    gate.assertUpToDate().then(
      () => true,
      () => false,
    )
  t.ok(await eventually(isUpToDate), 'it is brought up to date')
  t.equal(await gate.confirm(async () => 'done'), 'done')
})

t.test('one node that may evict sessions keeps the service from starting, and is named', async (t) => {
  const node = cluster.replicas[2]
  if (!node) throw new Error('a replica')
  await ask(node, (redis) => redis.config('SET', 'maxmemory-policy', 'allkeys-lru'))
  await t.rejects(startAuthService(t, { beside: auth }), {
    message: new RegExp(`:${node.port} could evict sessions: its maxmemory-policy is allkeys-lru`),
  })
})
