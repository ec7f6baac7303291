import { setTimeout as delay } from 'node:timers/promises'
import { privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { clock } from '../clock.ts'
import { type Fsync, setFsync } from '../world/redis-commands.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/** Redis is killed in the middle of everything, and comes back with what it had written. */
export const redisKilled = (fsync: Fsync): Scenario => ({
  name: `redis-killed-${fsync}`,
  title: `Redis killed and restarted, \`appendfsync ${fsync}\``,
  plan: { full: { runs: 15, seconds: 65 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,

  async run(surroundings) {
    const { scope, history, random, runs } = surroundings
    const redis = await privateRedis(scope)
    await setFsync(redis.url, fsync)
    const { startStorm } = await deploy(surroundings, `killed_${fsync}`, redis.url)
    const storm = await startStorm()
    for (const run of runs) {
      await delay(random.between(300, 1500))
      const start = clock()
      await redis.kill()
      await delay(random.between(200, 1500))
      const haunting = storm.haunt(start - 5000)
      await redis.start()
      await setFsync(redis.url, fsync)
      const end = clock()
      await storm.untilAllHeard(end)
      await haunting.stop()
      history.add({ kind: 'fault', name: `Redis killed, run ${run}`, what: 'store', start, end, settled: clock() })
      await storm.probeGraves(start - 5000)
    }
    await storm.stop()
    return {}
  },
})
