import { readFileSync } from 'node:fs'
import type { Shard } from './redis-topology.ts'
import { EVEN_WHEN_FULL } from './script-flags.ts'

const read = (name: string): string => readFileSync(new URL(`${name}.lua`, import.meta.url), 'utf8')

/** What a script begins with that must not run on data of the past. It returns `['behind']` there. */
export const FENCE_CHECK: string = `${read('replication')}\n${read('fence')}`

const scriptOf = (name: string): string =>
  `${EVEN_WHEN_FULL}\n${read('replication')}\n${read('fence-shared')}\n${read(name)}`
const CHECK = scriptOf('fence-check')
const BEGIN = scriptOf('fence-begin')
const COMMIT = scriptOf('fence-commit')

/** The id of the last session event that was applied; undefined where none is known. */
export type Checkpoint = string | undefined

type Reply = ['behind'] | ['current' | 'begun', checkpoint?: string]

async function run({ node, fenceKey, replicationId }: Shard, script: string, ...args: string[]): Promise<Reply> {
  return (await node.eval(script, 1, fenceKey, replicationId, ...args)) as Reply
}

/** Whether the data of a shard is as new as it was brought up to be: then with its checkpoint, which advances after that. */
export async function checkFence(
  shard: Shard,
  advanceTo: Checkpoint,
): Promise<{ readonly checkpoint: Checkpoint } | undefined> {
  const [outcome, checkpoint] = await run(shard, CHECK, advanceTo ?? '')
  return outcome === 'behind' ? undefined : { checkpoint: checkpoint || undefined }
}

/** Begins to bring a shard up to date. @throws Error when the node is no longer what it was */
export async function beginFence(shard: Shard): Promise<Checkpoint> {
  const [outcome, checkpoint] = await run(shard, BEGIN)
  if (outcome === 'behind') throw new Error('a node of Redis changed its role')
  return checkpoint || undefined
}

/** Ends that. @throws Error when its data went back meanwhile */
export async function commitFence(shard: Shard, checkpoint: Checkpoint): Promise<void> {
  const [outcome] = await run(shard, COMMIT, checkpoint ?? '')
  if (outcome === 'behind') throw new Error('Redis went back in time once more')
}
