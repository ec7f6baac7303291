import { sleep } from '@latchkey/harness'
import { privateRedis, tcpRelay } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { clock } from '../history/history-record.ts'
import { deploy, GRACE_MS } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/**
 * The network between one replica and Redis holds everything back for longer than the grace, and then delivers it: commands
 * whose callers got 503 long ago, and have continued at the other replica.
 */
export const lateCommands: Scenario = {
  name: 'late-commands',
  title: 'commands of one replica held back for longer than the grace',
  plan: { full: { runs: 3, seconds: 45 }, quick: { runs: 1, seconds: 10 } },
  checks: DEFAULT_CHECKS,

  async run(context) {
    const { scope, history, random, runs } = context
    const redis = await privateRedis(scope)
    const relay = await tcpRelay(scope, redis.url)
    const { startWorkload } = await deploy(context, 'late', redis.url, {
      firstReplica: { REDIS_URL: relay.url },
      // So slow that a client may not have retried when its old command arrives.
      pace: { thinkMs: [3000, 7000], retryMs: [200, 400] },
    })
    const workload = await startWorkload()
    for (const run of runs) {
      await sleep(random.between(300, 1000))
      const start = clock()
      relay.hang()
      await sleep(GRACE_MS + random.between(2500, 4000))
      await relay.restore()
      const end = clock()
      await workload.untilAllAnswered(end)
      history.add({ kind: 'fault', name: `hung, run ${run}`, what: 'store', start, end, recoveredBy: clock() })
      await workload.probeRevoked(start)
    }
    await workload.stop()
    return {}
  },
}
