import { type Random, sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Pace } from '../../driver/honest-client.ts'
import type { Workload } from '../../driver/workload.ts'
import { clock, type Fault } from '../../history/history-record.ts'
import type { RedisStore, Shard, Topology } from '../../store/redis-store.ts'
import { relayStore, type StoreRelay } from '../../store/relayed-store.ts'
import { startRedisStore } from '../../store/start-store.ts'
import { type Deployment, deploy } from '../deployment.ts'
import type { Plan, Scenario } from '../scenario.ts'

/** What a fault is caused with. */
export type Stage = {
  readonly store: RedisStore
  /** All of them. */
  readonly shards: readonly Shard[]
  /** The one that the seed has picked for this run. */
  readonly shard: Shard
  /** Between the services and Redis, for those that are behind it. */
  readonly relay: StoreRelay
  readonly random: Random
  readonly run: number
  readonly deployment: Deployment
  readonly workload: Workload
}

/** A fault that is over; `end` is when everything that it had taken away was back. */
export type CausedFault = Pick<Fault, 'start' | 'end'> & Partial<Pick<Fault, 'lostFrom' | 'mustServe'>>

export type StoreFault = {
  readonly name: string
  readonly title: string
  readonly plan: { readonly full: Plan; readonly quick: Plan }
  readonly topologies?: readonly Topology[]
  /** Whether a single server has a replica, too. */
  readonly replicas?: boolean
  /** Who reaches Redis by way of the relay; nobody unless given. */
  readonly behindRelay?: 'everybody' | 'one replica'
  readonly pace?: Pace
  cause(stage: Stage): Promise<CausedFault>
}

/** Revocations of so long before a fault are checked during and after it. */
const CHECKED_MS = 5000

/** A fault of Redis, caused again and again under load. */
export const storeScenario = (fault: StoreFault): Scenario => ({
  name: fault.name,
  title: fault.title,
  plan: fault.plan,
  checks: DEFAULT_CHECKS,
  ...(fault.topologies && { topologies: fault.topologies }),

  async run(context) {
    const { scope, history, random, runs, topology } = context
    const { replicas = false, behindRelay, pace } = fault
    const store = await startRedisStore(scope, topology, { replicas })
    const relay = await relayStore(scope, store)
    const deployment = await deploy(context, fault.name, behindRelay === 'everybody' ? relay.url : store.url, {
      ...(behindRelay === 'one replica' && { firstReplica: { REDIS_URL: relay.url } }),
      ...(pace && { pace }),
    })
    const workload = await deployment.startWorkload()
    for (const run of runs) {
      const shards = await store.shards()
      await sleep(random.between(300, 1500))
      const since = clock() - CHECKED_MS
      const replay = workload.replayRevoked(since)
      const stage = { store, shards, shard: random.pick(shards), relay, random, run, deployment, workload }
      const caused = await fault.cause(stage)
      await workload.untilAllAnswered(caused.end)
      await replay.stop()
      history.add({ kind: 'fault', name: `${fault.name}, run ${run}`, what: 'store', ...caused, recoveredBy: clock() })
      await workload.probeRevoked(since)
    }
    await workload.stop()
    return {}
  },
})

/** A replica has everything but what was written this long ago. */
const REPLICATED_MS = 1000

/** Where a replica may take over by itself, what was acknowledged last may be lost. */
export const mayBeReplaced = ({ topology }: RedisStore, start: number): Partial<CausedFault> =>
  topology === 'single' ? {} : { lostFrom: start - REPLICATED_MS }
