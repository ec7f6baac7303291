import { setTimeout as delay } from 'node:timers/promises'
import { cuttableProxy, privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { clock } from '../clock.ts'
import { follow, promote } from '../world/redis-commands.ts'
import { switchRelay } from '../world/switch-relay.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/** The primary dies while its replica lags, and the replica takes over without what it missed. */
export const replicaPromoted: Scenario = {
  name: 'replica-promoted',
  title: 'replica promoted without the last writes',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,

  async run(surroundings) {
    const { scope, history, random, runs } = surroundings
    let [primary, replica] = await Promise.all([privateRedis(scope), privateRedis(scope)])
    const relay = await switchRelay(scope, primary.url)
    const { startStorm } = await deploy(surroundings, 'promoted', relay.url)
    const storm = await startStorm()
    for (const run of runs) {
      if (run > 1) await replica.start()
      const link = await cuttableProxy(scope, primary.url)
      await follow(replica.url, link.url)
      await delay(random.between(300, 1000))
      const lostFrom = clock()
      link.hang()
      await delay(random.between(500, 2500))
      const start = clock()
      await primary.kill()
      // What the link holds back is lost with it.
      await link.refuse()
      await delay(random.between(0, 500))
      const haunting = storm.haunt(lostFrom - 1000)
      await promote(replica.url)
      relay.pointTo(replica.url)
      const end = clock()
      await storm.untilAllHeard(end)
      await haunting.stop()
      const name = `replica promoted, run ${run}`
      history.add({ kind: 'fault', name, what: 'store', start, end, settled: clock(), lostFrom })
      await storm.probeGraves(lostFrom - 5000)
      ;[primary, replica] = [replica, primary]
    }
    await storm.stop()
    return {}
  },
}
