import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { slotOf } from '../../src/redis/key-slot.ts'
import { refreshWith, untilReady } from '../support/auth-service.ts'
import { ask, startOnCluster } from '../support/on-cluster.ts'
import { refreshingDuring } from '../support/refreshing.ts'

const { cluster, auth, placeOf, userOn, age } = await startOnCluster(t)
const { redisPrefix } = auth.environment
const PASSWORD = 'private'

/** As `redis-cli --cluster reshard` does it. */
async function moveSlot(slot: number, from: (typeof cluster.nodes)[number], to: (typeof cluster.nodes)[number]) {
  const [source, target] = [from.connect(), to.connect()]
  try {
    const [sourceId, targetId] = await Promise.all(
      [source, target].map(async (redis) => String(await redis.call('CLUSTER', 'MYID'))),
    )
    await target.call('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', sourceId ?? '')
    await source.call('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', targetId ?? '')
    for (;;) {
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '100')) as string[]
      if (keys.length === 0) break
      const move = ['127.0.0.1', String(to.port), '', '0', '5000', 'AUTH', PASSWORD, 'KEYS', ...keys]
      await source.call('MIGRATE', ...move)
    }
    for (const redis of [target, source]) await redis.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', targetId ?? '')
  } finally {
    source.disconnect()
    target.disconnect()
  }
}

t.test(
  'slots move to another master, that of the fence and a new master included, and nobody is signed out',
  async (t) => {
    const [first, second] = cluster.nodes
    if (!first || !second) throw new Error('two masters')
    const user = await userOn(0)
    const ended = await userOn(0)
    await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
    await age()
    const recoveries = () => auth.logs.lines().filter(({ msg }) => msg === 'Redis is up to date').length
    const before = recoveries()

    const userKey = `${redisPrefix}user:{${user.userId}}`
    const statuses = await refreshingDuring(auth, user.refreshToken, async () => {
      await moveSlot(slotOf(userKey), first, second)
      // The lowest slot of a master has its fence.
      await moveSlot(0, first, second)
      await moveSlot(1, first, second)
      await untilReady(auth)
    })
    t.notOk(statuses.has(401), `answered ${[...statuses]}`)
    t.equal(await placeOf(userKey), 1)
    t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
    t.equal((await refreshWith(auth, ended.refreshToken)).statusCode, 401)
    t.equal(recoveries(), before, 'what moves is not behind')

    await moveSlot(0, second, first)
    await untilReady(auth)
    await eventually(() => ask(first, async (redis) => (await redis.keys(`${redisPrefix}fence:*`)).length > 0))
    t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
    t.equal(recoveries(), before)
  },
)
