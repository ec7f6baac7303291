import { sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import { clock } from '../../history/history-record.ts'
import { type Fsync, setFsync } from '../../store/data.ts'
import { onSmallDisk } from '../../store/small-disk.ts'
import { startRedisStore } from '../../store/start-store.ts'
import { deploy } from '../deployment.ts'
import type { Scenario } from '../scenario.ts'

/**
 * The disk of Redis is full: with `everysec` it refuses what writes, with `always` it ends, as it cannot keep what it promises, and is
 * started again once there is space.
 */
export const diskFull = (fsync: Fsync): Scenario => ({
  name: `disk-full-${fsync}`,
  title: `disk of Redis full, \`appendfsync ${fsync}\``,
  plan: { full: { runs: 6, seconds: 60 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,
  // What fills up is the same file wherever the server is.
  topologies: ['single'],

  async run(context) {
    const { scope, history, random, runs, topology } = context
    const store = await startRedisStore(scope, topology)
    const [shard] = await store.shards()
    if (!shard) throw new Error('there is no server')
    const { master } = shard
    const disk = await onSmallDisk(scope, master)
    if (!disk)
      return { faults: 0, skipped: 'no file system in memory can be mounted: that takes root and CAP_SYS_ADMIN' }
    const { startWorkload } = await deploy(context, `disk-full-${fsync}`, store.url)
    await setFsync(master, fsync)
    const workload = await startWorkload()
    for (const run of runs) {
      await sleep(random.between(300, 1500))
      const start = clock()
      disk.fill()
      await sleep(random.between(1500, 4000))
      disk.free()
      if (fsync === 'always') {
        // It has ended by itself, unless nothing was written meanwhile.
        await master.kill()
        await master.start()
        await setFsync(master, fsync)
      }
      await store.untilServing()
      const end = clock()
      await workload.untilAllAnswered(end)
      history.add({ kind: 'fault', name: `disk full, run ${run}`, what: 'store', start, end, recoveredBy: clock() })
      await workload.probeRevoked(start - 5000)
    }
    await workload.stop()
    return {}
  },
})
