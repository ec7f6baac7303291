import { sleep } from '@latchkey/harness'
import { type Call, clock } from '../../history/history-record.ts'
import { askNode } from '../../store/ask-node.ts'
import { mayBeReplaced, storeScenario } from './store-scenario.ts'

/** What takes no memory. */
const MUST_SERVE: readonly Call[] = [
  ...(['refresh', 'who-am-i', 'employees', 'sign-out', 'sign-out-everywhere'] as const),
  ...(['revoke-own-device', 'revoke-device', 'revoke-all-devices', 'disable'] as const),
]

/** `maxmemory` is reached on every server: nobody signs in, and everything else goes on. */
export const redisFull = storeScenario({
  name: 'redis-full',
  title: 'memory of Redis full',
  plan: { full: { runs: 6, seconds: 60 }, quick: { runs: 1, seconds: 10 } },

  async cause({ shards, random }) {
    const limit = (bytes: number): Promise<unknown> =>
      Promise.all(shards.map(({ master }) => askNode(master, (redis) => redis.config('SET', 'maxmemory', bytes))))
    await limit(1)
    const start = clock()
    await sleep(random.between(3000, 5000))
    const end = clock()
    await limit(0)
    return { start, end, mustServe: MUST_SERVE }
  },
})

/** A server lets nobody in any more, and has closed every connection. */
export const clientsRefused = storeScenario({
  name: 'clients-refused',
  title: '`maxclients` of Redis reached',
  plan: { full: { runs: 6, seconds: 60 }, quick: { runs: 1, seconds: 10 } },

  async cause({ store, shard: { master }, random }) {
    const redis = master.connect()
    try {
      const start = clock()
      await redis.config('SET', 'maxclients', 1)
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await sleep(random.between(1000, 3000))
      await redis.config('SET', 'maxclients', 10_000)
      await store.untilServing()
      return { start, end: clock(), ...mayBeReplaced(store, start) }
    } finally {
      redis.disconnect()
    }
  },
})
