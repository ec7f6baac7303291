import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import { type Fsync, setFsync } from '../../store/data.ts'
import { mayBeReplaced, storeScenario } from './store-scenario.ts'

/** Redis is killed under load, and restarts with what it had written. */
export const redisKilled = (fsync: Fsync) =>
  storeScenario({
    name: `redis-killed-${fsync}`,
    title: `Redis killed and restarted, \`appendfsync ${fsync}\``,
    plan: { full: { runs: 15, seconds: 65 }, quick: { runs: 1, seconds: 12 } },

    async cause({ store, shard: { master }, random }) {
      // A restart resets it.
      await setFsync(master, fsync)
      const start = clock()
      await master.kill()
      await sleep(random.between(200, 1500))
      await master.start()
      await store.untilServing()
      return { start, end: clock(), ...mayBeReplaced(store, start) }
    },
  })
