import { setTimeout as delay } from 'node:timers/promises'
import { cuttableProxy, privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { clock } from '../clock.ts'
import { deploy, GRACE_MS } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/**
 * The network between one replica and Redis holds everything back for longer than the grace, and then delivers it: commands
 * whose callers were told 503 long ago, and have gone on elsewhere since.
 */
export const lateCommands: Scenario = {
  name: 'late-commands',
  title: 'commands of one replica held back for longer than the grace',
  plan: { full: { runs: 3, seconds: 45 }, quick: { runs: 1, seconds: 10 } },
  checks: DEFAULT_CHECKS,

  async run(surroundings) {
    const { scope, history, random, runs } = surroundings
    const redis = await privateRedis(scope)
    const proxy = await cuttableProxy(scope, redis.url)
    const { startStorm } = await deploy(surroundings, 'late', redis.url, {
      firstReplica: { REDIS_URL: proxy.url },
      // So seldom that a client may not have come back when its old command arrives.
      pace: { thinkMs: [3000, 7000], retryMs: [200, 400] },
    })
    const storm = await startStorm()
    for (const run of runs) {
      await delay(random.between(300, 1000))
      const start = clock()
      proxy.hang()
      await delay(GRACE_MS + random.between(2500, 4000))
      await proxy.restore()
      const end = clock()
      await storm.untilAllHeard(end)
      history.add({ kind: 'fault', name: `hung, run ${run}`, what: 'store', start, end, settled: clock() })
      await storm.probeGraves(start)
    }
    await storm.stop()
    return {}
  },
}
