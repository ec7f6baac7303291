import { sleep } from '@latchkey/harness'
import { privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { rewriteFile } from '../cluster/redis-commands.ts'
import { copyRedis } from '../cluster/redis-copy.ts'
import { clock } from '../history/history-record.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

const AGE_MS = 2000
/** With everysec Redis may acknowledge this long before it writes (aof.c): a copy is older than it seems. */
const POSTPONED_MS = 2000

/** As after a power failure: Redis restarts with a file that is two seconds old. */
export const fileRestored: Scenario = {
  name: 'file-restored',
  title: 'append-only file of two seconds earlier restored',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,

  async run(context) {
    const { scope, history, random, runs } = context
    const redis = await privateRedis(scope)
    const { startWorkload } = await deploy(context, 'restored', redis.url)
    const workload = await startWorkload()
    for (const run of runs) {
      await sleep(random.between(300, 1000))
      const copiedAt = clock()
      if (random.chance(0.3)) await rewriteFile(redis.url)
      const copy = copyRedis(redis)
      await sleep(AGE_MS)
      const start = clock()
      await redis.kill()
      copy.restore()
      const replay = workload.replayRevoked(copiedAt - 1000)
      await redis.start()
      const end = clock()
      await workload.untilAllAnswered(end)
      await replay.stop()
      const name = `Redis restored from a copy, run ${run}`
      const lostFrom = copiedAt - POSTPONED_MS
      history.add({ kind: 'fault', name, what: 'store', start, end, recoveredBy: clock(), lostFrom })
      await workload.probeRevoked(copiedAt - 5000)
    }
    await workload.stop()
    return {}
  },
}
