import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { slotOf } from '../../src/redis/key-slot.ts'
import { refreshWith, untilReady } from '../support/auth-service.ts'
import { ask, startOnCluster } from '../support/on-cluster.ts'
import { refreshingDuring } from '../support/refreshing.ts'

const { cluster, auth, placeOf, userOn, age, untilFollowed } = await startOnCluster(t, { replicas: true })
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

/** Whether what was recorded before {@link age} has been applied again since. */
function createRecoveryCheck(): () => boolean {
  const before = auth.logs.lines().length
  const recovered = () => auth.logs.lines().slice(before)
  return () => recovered().some(({ msg, ends }) => msg === 'Redis is up to date' && ends !== 0)
}

/** A user who is signed in on a device and has signed out of another, some time ago. */
async function signInAndOut() {
  const user = await userOn(0)
  const ended = await auth.signIn(user.email)
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  await age()
  await userOn(1)
  await untilFollowed([0, 1, 2])
  return { user, ended }
}

t.test('slots move to another master, that of the fence included, and nobody is signed out', async (t) => {
  const [first, second] = cluster.nodes
  if (!first || !second) throw new Error('two masters')
  const { user, ended } = await signInAndOut()
  const isRecovered = createRecoveryCheck()

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

  for (const slot of [0, 1]) await moveSlot(slot, second, first)
  await untilReady(auth)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.notOk(isRecovered(), 'what moves is not behind')
})

t.test('slots move to a new master, and what was recorded long ago is not applied again', async (t) => {
  const [first, , , spare] = [...cluster.nodes, cluster.replicas[2]]
  if (!first || !spare) throw new Error('a master and a spare node')
  const { user } = await signInAndOut()
  await ask(spare, (redis) => redis.call('CLUSTER', 'RESET', 'HARD'))
  const id = String(await ask(spare, (redis) => redis.call('CLUSTER', 'MYID')))
  const isKnown = async (redis: ReturnType<typeof spare.connect>) =>
    String(await redis.call('CLUSTER', 'NODES')).includes(`${id} `)
  await ask(first, async (redis) => {
    await redis.call('CLUSTER', 'MEET', '127.0.0.1', String(spare.port), String(spare.busPort))
    await eventually(() => isKnown(redis), 'the new master is known')
  })
  await eventually(
    () => ask(spare, async (redis) => String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')),
    'the new master knows the others',
  )
  const others = cluster.nodes.slice(1)
  await eventually(async () => (await Promise.all(others.map((node) => ask(node, isKnown)))).every(Boolean))
  await untilReady(auth)

  const isRecovered = createRecoveryCheck()
  const statuses = await refreshingDuring(auth, user.refreshToken, async () => {
    await moveSlot(slotOf(`${redisPrefix}user:{${user.userId}}`), first, spare)
    await eventually(() => ask(spare, async (redis) => (await redis.keys(`${redisPrefix}fence:*`)).length > 0))
    await untilReady(auth)
  })
  t.notOk(statuses.has(401), `answered ${[...statuses]}`)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.notOk(isRecovered(), 'all that it holds was moved there')
})
