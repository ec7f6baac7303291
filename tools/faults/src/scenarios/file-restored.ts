import { setTimeout as delay } from 'node:timers/promises'
import { privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { clock } from '../clock.ts'
import { rewriteFile } from '../world/redis-commands.ts'
import { copyRedis } from '../world/redis-copy.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

const AGE_MS = 2000
/** With everysec Redis may answer this long before it writes (aof.c), so that a copy is older than it looks. */
const POSTPONED_MS = 2000

/** As after a loss of power: Redis comes back with a file that is two seconds old. */
export const fileRestored: Scenario = {
  name: 'file-restored',
  title: 'append-only file of two seconds earlier restored',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,

  async run(surroundings) {
    const { scope, history, random, runs } = surroundings
    const redis = await privateRedis(scope)
    const { startStorm } = await deploy(surroundings, 'restored', redis.url)
    const storm = await startStorm()
    for (const run of runs) {
      await delay(random.between(300, 1000))
      const copiedAt = clock()
      if (random.chance(0.3)) await rewriteFile(redis.url)
      const copy = copyRedis(redis)
      await delay(AGE_MS)
      const start = clock()
      await redis.kill()
      copy.restore()
      const haunting = storm.haunt(copiedAt - 1000)
      await redis.start()
      const end = clock()
      await storm.untilAllHeard(end)
      await haunting.stop()
      const name = `Redis restored from a copy, run ${run}`
      const lostFrom = copiedAt - POSTPONED_MS
      history.add({ kind: 'fault', name, what: 'store', start, end, settled: clock(), lostFrom })
      await storm.probeGraves(copiedAt - 5000)
    }
    await storm.stop()
    return {}
  },
}
