import { isDeepStrictEqual } from 'node:util'
import { withDeadline } from '@latchkey/problems'
import { Cluster, type Redis } from 'ioredis'
import { SLOTS, slotOf, tagOf } from './key-slot.ts'
import type { RedisClient } from './redis-client.ts'

/** A master, under the replication id that it has now. */
export type Shard = {
  readonly node: Redis
  /** The same for as long as it is the same process in the same role. */
  readonly replicationId: string
  /** The key of its fence, in one of its slots. */
  readonly fenceKey: string
}

export type Topology = {
  readonly shards: readonly Shard[]
  /** Undefined where nobody serves the key. */
  shardOf(key: string): Shard | undefined
  /** Whether every key is served. */
  readonly isWhole: boolean
}

/** What the nodes say at one moment. The topology is the same object for as long as nothing changes. */
export type Survey = {
  readonly topology: Topology
  readonly answered: (shard: Shard) => boolean
  /** Whether it was a master without slots until now: all that it holds was moved there. */
  readonly wasSpare: (shard: Shard) => boolean
  /** The one server that there is follows a master. */
  readonly isReplica: boolean
}

/** A node that takes longer is left out of this survey: what it said last still counts. */
const ANSWER_MS = 400

type Range = readonly [first: number, last: number]

/** What a master says of itself. */
type Claim = {
  readonly node: Redis
  readonly id: string
  readonly replicationId: string
  /** Of two nodes that claim a slot the one with the higher epoch has it. */
  readonly epoch: number
  readonly ranges: readonly Range[]
}

/**
 * Asks each node what it is and serves. No node is asked about another one: a master that was cut off does not know yet that a replica has
 * taken over, and the replica does. Rejects when none answers.
 */
export function createTopologyReader(redis: RedisClient, keyPrefix: string): () => Promise<Survey> {
  const isCluster = redis instanceof Cluster
  const claims = new Map<string, Claim>()
  const tags = new Map<number, string>()
  let resolved: readonly Claim[] = []
  /** Ids of masters without slots. */
  const spares = new Set<string>()
  let topology: Topology = { shards: [], shardOf: () => undefined, isWhole: false }

  function fenceKeyAt(slot: number): string {
    const tag = tags.get(slot) ?? tagOf(slot)
    tags.set(slot, tag)
    return `${keyPrefix}fence:{${tag}}`
  }

  function resolve(current: readonly Claim[]): Topology {
    const shards: Shard[] = []
    const owners = new Array<Claim | undefined>(SLOTS)
    for (const claim of current.toSorted((a, b) => a.epoch - b.epoch)) {
      for (const [first, last] of claim.ranges) owners.fill(claim, first, last + 1)
    }
    const shardsOf = new Map<Claim, Shard>()
    owners.forEach((claim, slot) => {
      if (claim === undefined || shardsOf.has(claim)) return
      const { node, replicationId } = claim
      const shard = { node, replicationId, fenceKey: isCluster ? fenceKeyAt(slot) : `${keyPrefix}fence` }
      shardsOf.set(claim, shard)
      shards.push(shard)
    })
    const [only] = shards
    const shardAt = (slot: number): Shard | undefined => {
      const owner = owners[slot]
      return owner && shardsOf.get(owner)
    }
    return {
      shards,
      shardOf: isCluster ? (key) => shardAt(slotOf(key)) : () => only,
      isWhole: !owners.includes(undefined),
    }
  }

  return async () => {
    const nodes: readonly Redis[] = isCluster ? redis.nodes('all') : [redis]
    let fault: unknown
    const answers = await Promise.all(
      nodes.map((node) =>
        withDeadline(askNode(node, isCluster), ANSWER_MS, { what: 'a node of Redis' }).catch((error) => {
          fault = error
        }),
      ),
    )
    if (answers.every((answer) => !answer)) throw fault ?? new Error('no node of Redis is known')
    const answered = new Set<string>()
    const joined = new Set<string>()
    for (const [n, answer] of answers.entries()) {
      const { host, port } = nodes[n]?.options ?? {}
      const address = `${host}:${port}`
      if (answer?.claim) {
        const { id, replicationId } = answer.claim
        claims.set(address, answer.claim)
        answered.add(replicationId)
        if (spares.delete(id)) joined.add(replicationId)
      } else if (answer) claims.delete(address)
    }
    const current = [...claims.values()]
    if (current.length !== resolved.length || !current.every((claim, n) => isSame(claim, resolved[n]))) {
      topology = resolve(current)
      resolved = current
    }
    const others = answers.flatMap((answer) => answer?.others ?? [])
    for (const { id, isMaster, ranges } of others) if (isMaster && ranges.length === 0) spares.add(id)
    for (const { id, isMaster } of others) if (!isMaster) spares.delete(id)
    return {
      topology,
      answered: ({ replicationId }) => answered.has(replicationId),
      wasSpare: ({ replicationId }) => joined.has(replicationId),
      isReplica: !isCluster && answers.some((answer) => answer !== undefined && answer.claim === undefined),
    }
  }
}

const isSame = ({ node, ...claim }: Claim, { node: otherNode, ...other }: Partial<Claim> = {}): boolean =>
  node === otherNode && isDeepStrictEqual(claim, other)

type Answer = {
  /** None of a replica, and of a master that serves nothing. */
  readonly claim: Claim | undefined
  /** The nodes that it knows of. */
  readonly others: readonly KnownNode[]
}

async function askNode(node: Redis, isCluster: boolean): Promise<Answer> {
  const [replication, nodes] = await Promise.all([node.info('replication'), isCluster ? node.cluster('NODES') : ''])
  const replicationId = /^master_replid:(\w+)/m.exec(replication)?.[1]
  if (replicationId === undefined) throw new Error('Redis does not show its replication id')
  const isMaster = /^role:master/m.test(replication)
  if (!isCluster) {
    const claim: Claim = { node, id: '', replicationId, epoch: 0, ranges: [[0, SLOTS - 1]] }
    return { claim: isMaster ? claim : undefined, others: [] }
  }
  const known = String(nodes).trimEnd().split('\n').map(readNode)
  const own = known.find(({ isMyself }) => isMyself)
  if (!isMaster || !own?.isMaster || own.ranges.length === 0) return { claim: undefined, others: known }
  const { id, epoch, ranges } = own
  return { claim: { node, id, replicationId, epoch, ranges }, others: known }
}

type KnownNode = Pick<Claim, 'id' | 'epoch' | 'ranges'> & {
  /** And in reach. */
  readonly isMaster: boolean
  /** It is the one that was asked. */
  readonly isMyself: boolean
}

/** Reads a line of `CLUSTER NODES`. */
function readNode(line: string): KnownNode {
  const [id = '', , flags = '', , , , epoch, , ...slots] = line.split(' ')
  const ranges = slots.flatMap((text): Range[] => {
    // Slots on the move are in brackets; they are in a range of their source as well.
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
    return first === undefined ? [] : [[Number(first), Number(last)]]
  })
  const isMaster = /^(myself,)?master$/.test(flags)
  return { id, epoch: Number(epoch), ranges, isMaster, isMyself: flags.startsWith('myself') }
}
