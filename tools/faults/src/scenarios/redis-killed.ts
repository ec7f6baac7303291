import { sleep } from '@latchkey/harness'
import { privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { type Fsync, setFsync } from '../cluster/redis-commands.ts'
import { clock } from '../history/history-record.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/** Redis is killed under load, and restarts with what it had written. */
export const redisKilled = (fsync: Fsync): Scenario => ({
  name: `redis-killed-${fsync}`,
  title: `Redis killed and restarted, \`appendfsync ${fsync}\``,
  plan: { full: { runs: 15, seconds: 65 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,

  async run(context) {
    const { scope, history, random, runs } = context
    const redis = await privateRedis(scope)
    await setFsync(redis.url, fsync)
    const { startWorkload } = await deploy(context, `killed_${fsync}`, redis.url)
    const workload = await startWorkload()
    for (const run of runs) {
      await sleep(random.between(300, 1500))
      const start = clock()
      await redis.kill()
      await sleep(random.between(200, 1500))
      const replay = workload.replayRevoked(start - 5000)
      await redis.start()
      await setFsync(redis.url, fsync)
      const end = clock()
      await workload.untilAllAnswered(end)
      await replay.stop()
      history.add({ kind: 'fault', name: `Redis killed, run ${run}`, what: 'store', start, end, recoveredBy: clock() })
      await workload.probeRevoked(start - 5000)
    }
    await workload.stop()
    return {}
  },
})
