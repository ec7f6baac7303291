import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import { storeScenario } from './store-scenario.ts'

/** Milliseconds each way. */
const DELAYS = [5, 50, 500, 3000] as const
const STALL_MS = 3000
const STALL_SHARE = 0.01

/** The network between everybody and Redis gets slow, jitters, or stalls now and then. */
export const redisSlow = storeScenario({
  name: 'redis-slow',
  title: 'Redis slower by 5, 50, 500 and 3,000 ms, and 1 % stalls',
  plan: { full: { runs: 10, seconds: 80 }, quick: { runs: 2, seconds: 16 } },
  behindRelay: 'everybody',

  async cause({ relay, random, run }) {
    const base = DELAYS[(run - 1) % (DELAYS.length + 1)]
    const jitter = random.fork(`jitter ${run}`)
    const start = clock()
    relay.slow(() => {
      if (base === undefined) return jitter.chance(STALL_SHARE) ? STALL_MS : 0
      return base * jitter.between(0.5, 1.5)
    })
    await sleep(random.between(3000, 5000))
    await relay.restore()
    // What is under way arrives late.
    return { start, end: clock() + (base ?? STALL_MS) }
  },
})
