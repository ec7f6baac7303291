import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import { allowReplication, stopReplication } from '../../store/replication.ts'
import { storeScenario } from './store-scenario.ts'

/** The primary is killed while its replica lags, and the replica takes over without the last writes. */
export const replicaPromoted = storeScenario({
  name: 'replica-promoted',
  title: 'primary killed, and a replica that lacks the last writes promoted',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },
  replicas: true,

  async cause({ store, shard, random }) {
    const { master, replica } = shard
    if (!replica) throw new Error('there is no replica')
    const lostFrom = clock()
    await stopReplication(replica)
    await sleep(random.between(500, 2500))
    const start = clock()
    await master.kill()
    await sleep(random.between(0, 500))
    await (store.topology === 'sentinel' ? store.untilReplaced(shard) : store.takeOver(shard))
    const end = clock()
    await allowReplication(replica)
    await master.start()
    return { start, end, lostFrom }
  },
})

/** The same under living connections: the primary goes on until it hears of it. */
export const replicaTakesOver = storeScenario({
  name: 'replica-takes-over',
  title: 'a replica that lacks the last writes takes over from a living primary',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },
  replicas: true,

  async cause({ store, shard, random }) {
    const { replica } = shard
    if (!replica) throw new Error('there is no replica')
    const lostFrom = clock()
    await stopReplication(replica)
    await sleep(random.between(500, 2500))
    const start = clock()
    await store.takeOver(shard)
    const end = clock()
    await allowReplication(replica)
    return { start, end, lostFrom }
  },
})

/** A primary stops to answer without a connection closed, is replaced where somebody watches, and comes back as if nothing had been. */
export const primaryFrozen = storeScenario({
  name: 'primary-frozen',
  title: 'primary silent, replaced where somebody watches, and back',
  plan: { full: { runs: 8, seconds: 70 }, quick: { runs: 1, seconds: 12 } },

  async cause({ store, shard, random }) {
    const { master, replica } = shard
    const lags = replica !== undefined && random.chance(0.5)
    const lostFrom = clock() - 1000
    if (lags) await stopReplication(replica)
    await sleep(random.between(0, 1500))
    const start = clock()
    master.pause()
    try {
      await sleep(random.between(1000, 3000))
      await store.untilReplaced(shard)
    } finally {
      master.resume()
    }
    await store.untilServing()
    const end = clock()
    if (lags) await allowReplication(replica)
    return { start, end, ...(replica && { lostFrom }) }
  },
})
