import { eventually, type RedisCluster } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { ask, startOnCluster } from '../support/on-cluster.ts'

type Node = RedisCluster['nodes'][number]
type Session = { refreshToken: string; isEnded: boolean }

const { cluster, auth, userOn } = await startOnCluster(t, { replicas: true })
const other = await startAuthService(t, { beside: auth })

const infoOf = (node: Node) => ask(node, (redis) => redis.info('replication')).catch(() => '')
const isMaster = async (node: Node) => (await infoOf(node)).includes('role:master')

/** The master of a shard and its replica, as they are now and in step. */
async function pairAt(place: number): Promise<{ master: Node; replica: Node }> {
  const [first, second] = [cluster.nodes[place], cluster.replicas[place]]
  if (!first || !second) throw new Error(`no shard ${place}`)
  await eventually(async () => (await isMaster(first)) !== (await isMaster(second)), 'one of them is the master')
  const [master, replica] = (await isMaster(first)) ? [first, second] : [second, first]
  await eventually(async () => (await infoOf(replica)).includes('master_link_status:up'), 'in step')
  return { master, replica }
}

/** What happens between two signs-in and a sign-out of the shard, and after them. */
const faults: Record<string, (place: number, meanwhile: () => Promise<void>) => Promise<void>> = {
  async 'a stale replica takes over'(place, meanwhile) {
    const { replica } = await pairAt(place)
    await ask(replica, async (redis) => {
      await redis.config('SET', 'masterauth', 'wrong')
      await redis.call('CLIENT', 'KILL', 'TYPE', 'master')
      await eventually(async () => (await redis.info('replication')).includes('master_link_status:down'))
      await meanwhile()
      await redis.call('CLUSTER', 'FAILOVER', 'TAKEOVER')
      await redis.config('SET', 'masterauth', 'private')
    })
  },
  async 'a replica that is in step takes over'(place, meanwhile) {
    const { replica } = await pairAt(place)
    await meanwhile()
    await ask(replica, (redis) => redis.call('CLUSTER', 'FAILOVER'))
  },
  async 'the master is emptied'(place, meanwhile) {
    const { master } = await pairAt(place)
    await meanwhile()
    await ask(master, (redis) => redis.flushall())
  },
  async 'the master is killed and starts again'(place, meanwhile) {
    const { master } = await pairAt(place)
    await meanwhile()
    await master.kill()
    await master.start()
  },
}

t.test('whatever happens to shards, ended sessions stay ended and live ones go on', async (t) => {
  const schedule = fc.array(fc.record({ place: fc.nat(2), fault: fc.constantFrom(...Object.keys(faults)) }), {
    minLength: 3,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const sessions: Session[] = []
      const signIn = async (place: number): Promise<Session> => {
        const session = { refreshToken: (await userOn(place)).refreshToken, isEnded: false }
        sessions.push(session)
        return session
      }
      const refreshAll = (once: boolean) =>
        Promise.all(
          sessions.map(async ({ refreshToken, isEnded }, n) => {
            const service = n % 2 ? auth : other
            const { statusCode } = await refreshWith(once ? service.once : service, refreshToken)
            const right = isEnded ? 401 : 200
            if (statusCode !== right && !(once && statusCode === 503)) {
              throw new Error(`${isEnded ? 'an ended' : 'a live'} session was answered ${statusCode}`)
            }
          }),
        )

      for (const { place, fault } of steps) {
        const before = await signIn(place)
        await faults[fault]?.(place, async () => {
          await signIn(place)
          const { statusCode } = await auth.call('POST', '/auth/logout', {
            body: { refreshToken: before.refreshToken },
          })
          if (statusCode !== 204) throw new Error(`sign-out was answered ${statusCode}`)
          before.isEnded = true
        })
        for (let round = 0; round < 20; round++) await refreshAll(true)
        await untilReady(auth, other)
        await refreshAll(false)
      }
    }),
    { numRuns: 3, endOnFailure: true },
  )
  t.pass()
})
