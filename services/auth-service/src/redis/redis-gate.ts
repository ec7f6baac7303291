import { isDeepStrictEqual } from 'node:util'
import { unavailable } from '@latchkey/problems'
import { Cluster } from 'ioredis'
import type { RedisClient } from './redis-client.ts'
import { beginFence, type Checkpoint, checkFence, commitFence } from './redis-fence.ts'
import { createTopologyReader, type Shard, type Topology } from './redis-topology.ts'
import { createRounds } from './rounds.ts'

/**
 * Applies to Redis what was recorded since an event, less a margin; everything without one. Resolves to the id of the last event.
 */
export type Recover = (since: Checkpoint) => Promise<Checkpoint>

/** Where a command is sent, and what its script checks there. */
export type Fence = Pick<Shard, 'fenceKey' | 'replicationId'>

export type RedisGate = {
  /** @throws `unavailable` before Redis was brought up to date for the first time, and while it is away */
  assertOpen(): void
  /** @throws `unavailable` while the node that serves the key is not known to be as new as it was */
  fenceOf(key: string): Fence
  /** A script found another node there, or an older state: nodes are asked at once. */
  onBehind(): void
  /** A session event was applied. */
  advance(eventId: string): void
  /** Runs commands that the answer to a caller depends on. @throws `unavailable` when a node was replaced meanwhile */
  confirm<Result>(work: () => Promise<Result>): Promise<Result>
  /**
   * Has `work` apply recorded events up to this one. When it fails, or a node was replaced while it ran, what was recorded lately is applied
   * again soon.
   * @throws what `work` throws; `unavailable` when a node was replaced
   */
  apply(eventId: string | undefined, work: () => Promise<void>): Promise<void>
  /** Asks every node now. @throws Error unless each key is served by a node that is up to date */
  assertUpToDate(): Promise<void>
  /** Keeps Redis up to date from now on. Resolves when it is for the first time. */
  watch(recover: Recover): Promise<void>
}

/** Between two rounds of questions. */
const PAUSE_MS = 250
/** What failed on nodes that are up to date is not applied again more often: a Redis that is slow has enough to do. */
const REAPPLY_EVERY_MS = 5000

type Options = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  /** Called once for each new reason until Redis is up to date again. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Redis is many nodes, and any of them may have gone back in time: restarted from an older file, emptied, replaced by a replica that
 * lacks the last writes. Scripts find that out by the fence of the node that they run on, and refuse; so nothing depends on being told
 * of it. Nodes are asked several times a second, and whatever is behind is brought up to date. Each process does so by itself
 * once for each replication id that it meets: what it applied to a node that had been replaced already may be missing.
 */
export function createRedisGate({ redis, keyPrefix, onFailure }: Options): RedisGate {
  const survey = createTopologyReader(redis, keyPrefix)
  /** The fences of nodes that are up to date, by replication id, and the checkpoints that they had. */
  const trusted = new Map<string, { readonly fenceKey: string; readonly checkpoint: Checkpoint }>()
  const opened = Promise.withResolvers<void>()
  let topology: Topology | undefined
  let isOpen = false
  let isComplete = false
  /** By the monotonic clock. */
  let recoveredAt = Number.NEGATIVE_INFINITY
  /** When to apply again what was recorded lately, though every node is up to date. */
  let reapplyAt = Number.POSITIVE_INFINITY
  let applied: Checkpoint
  /** The last event that had been applied when every node was up to date. */
  let confirmed: Checkpoint

  async function isUpToDate(shard: Shard, wasSpare: boolean): Promise<boolean> {
    const { replicationId, fenceKey } = shard
    const before = trusted.get(replicationId)
    const advanceTo = before && applied
    const found = await checkFence(shard, advanceTo)
    applied = newest(applied, before && found?.checkpoint)
    // Slots that move from one master to another bring what they hold along, a new master's first ones too.
    const isMoved = before === undefined ? wasSpare : before.fenceKey !== fenceKey
    if (found === undefined && isMoved) {
      await beginFence(shard)
      await commitFence(shard, applied)
    } else if (before === undefined || found === undefined || isOlder(found.checkpoint, before.checkpoint)) {
      trusted.delete(replicationId)
      return false
    }
    trusted.set(replicationId, { fenceKey, checkpoint: newest(found?.checkpoint, advanceTo) })
    return true
  }

  async function bringUpToDate(shards: readonly Shard[], recover: Recover): Promise<void> {
    const found = await Promise.all(shards.map(beginFence))
    reapplyAt = Number.POSITIVE_INFINITY
    try {
      const last = await recover([...found, confirmed ?? found[0]].reduce(oldest))
      applied = [...found, last].reduce(newest, applied)
      await Promise.all(shards.map((shard) => commitFence(shard, last)))
      recoveredAt = performance.now()
    } catch (error) {
      reapplyAt = 0
      throw error
    }
    for (const [n, { replicationId, fenceKey }] of shards.entries()) {
      trusted.set(replicationId, { fenceKey, checkpoint: found[n] })
    }
  }

  async function ask(recover: Recover): Promise<void> {
    isComplete = false
    if (redis.status !== 'ready') return
    const appliedBefore = applied
    const { topology: current, answered, wasSpare, isReplica } = await survey()
    topology = current
    const ids = idsOf(current)
    for (const id of trusted.keys()) if (!ids.has(id)) trusted.delete(id)
    // Its master is elsewhere by now, and a new connection may lead there.
    if (isReplica) redis.disconnect(true)
    const shards = current.shards.filter(answered)
    const checks = await Promise.allSettled(shards.map((shard) => isUpToDate(shard, wasSpare(shard))))
    const behind = shards.filter((_, n) => checks[n]?.status === 'fulfilled' && !checks[n].value)
    if (redis instanceof Cluster && (behind.length > 0 || !current.isWhole)) redis.refreshSlotsCache()
    if (behind.length > 0 || performance.now() >= reapplyAt) await bringUpToDate(behind, recover)
    for (const check of checks) if (check.status === 'rejected') throw check.reason
    isComplete = current.isWhole && shards.length === current.shards.length
    if (!isComplete) return
    confirmed = appliedBefore ?? applied
    isOpen = true
    opened.resolve()
  }

  /**
   * A master that was cut off from its cluster carries commands out until it hears of the replica that took over, and another process may
   * have brought that one up to date before.
   */
  async function confirm<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = topology
    const result = await work()
    if (!(redis instanceof Cluster)) return result
    const { topology: now } = await survey().catch((cause: Error) => {
      throw unavailable(cause)
    })
    if (isDeepStrictEqual(idsOf(now), idsOf(before))) return result
    rounds.wake()
    throw unavailable(new Error('a node of Redis was replaced'))
  }

  const rounds = createRounds({ pauseMs: PAUSE_MS, onFailure })

  return {
    assertOpen() {
      if (!isOpen || redis.status !== 'ready')
        throw unavailable(new Error('Redis is away, or not yet brought up to date'))
    },

    fenceOf(key) {
      const shard = topology?.shardOf(key)
      if (shard && trusted.get(shard.replicationId)?.fenceKey === shard.fenceKey) return shard
      throw unavailable(new Error('a node of Redis is away, or not yet brought up to date'))
    },

    onBehind() {
      if (redis instanceof Cluster) redis.refreshSlotsCache()
      rounds.wake()
    },

    advance(eventId) {
      applied = newest(applied, eventId)
    },

    confirm,

    async apply(eventId, work) {
      try {
        await confirm(work)
      } catch (error) {
        reapplyAt = Math.min(reapplyAt, recoveredAt + REAPPLY_EVERY_MS)
        rounds.wake()
        throw error
      }
      applied = newest(applied, eventId)
    },

    async assertUpToDate() {
      await rounds.next()
      if (!isComplete) throw new Error('a node of Redis is away, or not yet brought up to date')
    },

    watch(recover) {
      // What was sent over a lost connection may not have been applied.
      const onChange = (): void => {
        reapplyAt = 0
        rounds.wake()
      }
      for (const event of ['ready', '+node', '-node']) redis.on(event, onChange)
      redis.on('end', rounds.stop)
      rounds.start(() => ask(recover))
      return opened.promise
    },
  }
}

const idsOf = (topology: Topology | undefined): Set<string> =>
  new Set(topology?.shards.map(({ replicationId }) => replicationId))

const isOlder = (a: Checkpoint, b: Checkpoint): boolean => b !== undefined && (a === undefined || BigInt(a) < BigInt(b))
const newest = (a: Checkpoint, b: Checkpoint): Checkpoint => (isOlder(a, b) ? b : a)
const oldest = (a: Checkpoint, b: Checkpoint): Checkpoint => (isOlder(a, b) ? a : b)
