import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import { copyData, rewriteFile } from '../../store/data.ts'
import { storeScenario } from './store-scenario.ts'

const AGE_MS = 2000
/** With everysec Redis may acknowledge this long before it writes (aof.c): a copy is older than it seems. */
const POSTPONED_MS = 2000

/** As after a power failure: a server restarts with a file that is two seconds old. */
export const fileRestored = storeScenario({
  name: 'file-restored',
  title: 'append-only file of two seconds earlier restored',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },

  async cause({ store, shard: { master }, random }) {
    const copiedAt = clock()
    if (random.chance(0.3)) await rewriteFile(master)
    const copy = copyData(master)
    await sleep(AGE_MS)
    const start = clock()
    await master.kill()
    copy.restore()
    await master.start()
    await store.untilServing()
    return { start, end: clock(), lostFrom: copiedAt - POSTPONED_MS }
  },
})
