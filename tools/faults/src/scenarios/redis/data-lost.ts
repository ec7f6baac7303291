import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import { askNode } from '../../store/ask-node.ts'
import { deleteData } from '../../store/data.ts'
import { type Stage, storeScenario } from './store-scenario.ts'

/** All that a server had is gone. */
const EVERYTHING = 0

export const shardEmptied = storeScenario({
  name: 'shard-emptied',
  title: 'a server restarted with no data',
  plan: { full: { runs: 8, seconds: 60 }, quick: { runs: 1, seconds: 12 } },

  async cause({ store, shard: { master } }) {
    const start = clock()
    await master.kill()
    deleteData(master)
    await master.start()
    await store.untilServing()
    return { start, end: clock(), lostFrom: EVERYTHING }
  },
})

/** No connection closes, and nothing restarts. */
export const emptiedInPlace = storeScenario({
  name: 'emptied-in-place',
  title: 'a server emptied under living connections',
  plan: { full: { runs: 8, seconds: 60 }, quick: { runs: 1, seconds: 12 } },

  async cause({ shard: { master } }) {
    const start = clock()
    await askNode(master, (redis) => redis.flushall())
    return { start, end: clock(), lostFrom: EVERYTHING }
  },
})

const FEED = 'latchkey:revocations'
const WATCHED_MS = 4000

/** The server that keeps the feed loses it, and verifiers start while it is filled up again. */
export const feedLost = storeScenario({
  name: 'feed-lost',
  title: 'the feed lost, and a verifier that starts afterwards',
  plan: { full: { runs: 6, seconds: 60 }, quick: { runs: 1, seconds: 12 } },

  async cause(stage) {
    const { store, shards, deployment, run, random } = stage
    const { master } = await store.shardOf(FEED, shards)
    const isWhole = random.chance(0.5)
    const start = clock()
    await askNode(master, async (redis) => void (await (isWhole ? redis.flushall() : redis.del(FEED))))
    const end = clock()
    const late = await deployment.startVerifier(`starting-${run}`)
    await watchLate(stage, late)
    return { start, end, ...(isWhole && { lostFrom: EVERYTHING }) }
  },
})

/** Presents what was revoked to a verifier until it has been ready for a while. */
async function watchLate(
  { deployment: { population } }: Stage,
  late: Awaited<ReturnType<Stage['deployment']['startVerifier']>>,
): Promise<void> {
  const { clients, revoked } = population
  let until = Number.POSITIVE_INFINITY
  const deadline = clock() + 60_000
  for (let n = 0; clock() < Math.min(until, deadline); n++) {
    const { status } = await late.ready()
    if (status === 200) until = Math.min(until, clock() + WATCHED_MS)
    const over = revoked.sessions.at(-1 - (n % 200))
    if (over) await late.employees('prober', over.held)
    const held = clients[n % clients.length]?.tokens?.held
    if (held) await late.employees('client', held)
    await sleep(10)
  }
}
