import { sleep } from '@latchkey/harness'
import { privateRedis, tcpRelay } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { follow, promote } from '../cluster/redis-commands.ts'
import { clock } from '../history/history-record.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/** The primary is killed while its replica lags, and the replica takes over without the last writes. */
export const replicaPromoted: Scenario = {
  name: 'replica-promoted',
  title: 'replica promoted without the last writes',
  plan: { full: { runs: 12, seconds: 70 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,

  async run(context) {
    const { scope, history, random, runs } = context
    let [primary, replica] = await Promise.all([privateRedis(scope), privateRedis(scope)])
    const relay = await tcpRelay(scope, primary.url)
    const { startWorkload } = await deploy(context, 'promoted', relay.url)
    const workload = await startWorkload()
    for (const run of runs) {
      if (run > 1) await replica.start()
      const link = await tcpRelay(scope, primary.url)
      await follow(replica.url, link.url)
      await sleep(random.between(300, 1000))
      const lostFrom = clock()
      link.hang()
      await sleep(random.between(500, 2500))
      const start = clock()
      await primary.kill()
      // What the link holds back is lost.
      await link.refuse()
      await sleep(random.between(0, 500))
      const replay = workload.replayRevoked(lostFrom - 1000)
      await promote(replica.url)
      relay.switchTo(replica.url)
      const end = clock()
      await workload.untilAllAnswered(end)
      await replay.stop()
      const name = `replica promoted, run ${run}`
      history.add({ kind: 'fault', name, what: 'store', start, end, recoveredBy: clock(), lostFrom })
      await workload.probeRevoked(lostFrom - 5000)
      ;[primary, replica] = [replica, primary]
    }
    await workload.stop()
    return {}
  },
}
