import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import { GRACE_MS } from '../deployment.ts'
import { storeScenario } from './store-scenario.ts'

/**
 * The network between one replica and Redis holds everything back for longer than the grace, and then delivers it: commands
 * whose callers got 503 long ago, and have continued at the other replica.
 */
export const lateCommands = storeScenario({
  name: 'late-commands',
  title: 'commands of one replica held back for longer than the grace',
  plan: { full: { runs: 3, seconds: 45 }, quick: { runs: 1, seconds: 10 } },
  behindRelay: 'one replica',
  // So slow that a client may not have retried when its old command arrives.
  pace: { thinkMs: [3000, 7000], retryMs: [200, 400] },

  async cause({ relay, random }) {
    const start = clock()
    relay.hang()
    await sleep(GRACE_MS + random.between(2500, 4000))
    await relay.restore()
    return { start, end: clock() }
  },
})
