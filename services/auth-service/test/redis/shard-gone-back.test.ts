import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { refreshWith, untilReady } from '../support/auth-service.ts'
import { ask, startOnCluster } from '../support/on-cluster.ts'
import { refreshingDuring } from '../support/refreshing.ts'
import { startResourceService } from '../support/resource-service.ts'

const { cluster, auth, placeOf, userOn, age, untilFollowed } = await startOnCluster(t)
const { redisPrefix } = auth.environment

const logOut = (refreshToken: string) => auth.call('POST', '/auth/logout', { body: { refreshToken } })
const dataOf = (directory: string) => join(directory, 'appendonlydir')

function nodeAt(place: number) {
  const node = cluster.nodes[place]
  if (!node) throw new Error(`no master ${place}`)
  return node
}

/** What happens on the other masters, ten minutes after all that was recorded until now. */
async function goOnElsewhere(place: number): Promise<void> {
  await age()
  const others = [0, 1, 2].filter((each) => each !== place)
  for (const other of others) await userOn(other)
  await untilFollowed(others)
}

/** Brings `change` about while the node is down. */
async function restart(place: number, change: (directory: string) => void): Promise<void> {
  const node = nodeAt(place)
  await node.kill()
  change(node.directory)
  await node.start()
  await untilReady(auth)
}

for (const place of [0, 1, 2]) {
  t.test(`shard ${place} restored from an older copy brings no ended session back, and loses none`, async (t) => {
    const ended = await userOn(place)
    const { directory } = nodeAt(place)
    const copy = `${dataOf(directory)}-copy`
    await restart(place, () => cpSync(dataOf(directory), copy, { recursive: true }))
    const late = await userOn(place)
    t.equal((await logOut(ended.refreshToken)).statusCode, 204)
    await goOnElsewhere(place)

    const statuses = await refreshingDuring(auth, ended.refreshToken, () =>
      restart(place, () => {
        rmSync(dataOf(directory), { recursive: true })
        cpSync(copy, dataOf(directory), { recursive: true })
      }),
    )
    t.notOk(statuses.has(200), `answered ${[...statuses]}`)
    t.match((await refreshWith(auth, ended.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
    t.equal((await refreshWith(auth, late.refreshToken)).statusCode, 200)
    rmSync(copy, { recursive: true })
  })
}

t.test('a shard that was emptied is filled up again', async (t) => {
  const ended = await userOn(1)
  const kept = await userOn(1)
  t.equal((await logOut(ended.refreshToken)).statusCode, 204)
  await goOnElsewhere(1)
  await restart(1, (directory) => rmSync(dataOf(directory), { recursive: true }))
  t.match((await refreshWith(auth, ended.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
  t.equal((await refreshWith(auth, kept.refreshToken)).statusCode, 200)
})

t.test('a node emptied in place signs nobody out, and keeps no sign-out from what it lost', async (t) => {
  const kept = await userOn(2)
  const everywhere = await userOn(2)
  await goOnElsewhere(2)
  const empty = () => ask(nodeAt(2), (redis) => redis.flushall())
  const statuses = await refreshingDuring(auth, kept.refreshToken, async () => {
    await empty()
    t.equal((await auth.call('POST', '/auth/logout-all', { token: everywhere.accessToken })).statusCode, 204)
    await untilReady(auth)
  })
  t.notOk(statuses.has(401), `answered ${[...statuses]}`)
  t.equal((await refreshWith(auth, everywhere.refreshToken)).statusCode, 401)
})

t.test('a verifier that starts after the shard of the feed was lost knows what was revoked', async (t) => {
  const ended = await userOn(0)
  t.equal((await logOut(ended.refreshToken)).statusCode, 204)
  const place = await placeOf(`${redisPrefix}revocations`)
  await goOnElsewhere(place)
  await ask(nodeAt(place), (redis) => redis.flushall())
  await eventually(async () => (await placeOf(`${redisPrefix}revocations`)) === place, 'the feed is back')
  await untilReady(auth)
  const verifier = await startResourceService(t, auth)
  t.equal(await verifier.verify(ended.accessToken), 'token_revoked')
})
