import type { Random } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import type { Http } from '../driver/http.ts'
import { untilReady } from './cluster.ts'
import type { ServiceProcess } from './service-process.ts'

/** Replicas of one service, some of which may be dead. */
export type ReplicaSet = {
  /** Those that are ready, by number from 1. */
  readonly up: ReadonlyMap<number, ServiceProcess>
  /** Kills the replica with this number and restarts it a moment later. Resolves when it is dead. */
  kill(number: number): Promise<void>
  /** Waits until so many are up, or all that were started. */
  untilUp(count: number): Promise<void>
}

type Options = {
  readonly http: Http
  readonly random: Random
  readonly count: number
  /** Undefined for a number that there is none of. */
  readonly start: (number: number) => Promise<ServiceProcess> | undefined
}

const RELAYS_CLOSE_MS = 50
const DEAD_MS = [50, 500] as const
/** Another program may be faster to take the port of a replica. */
const MOST_TRIES = 3

export async function startReplicaSet({ http, random, count, start: startReplica }: Options): Promise<ReplicaSet> {
  const up = new Map<number, ServiceProcess>()
  const starting = new Set<Promise<void>>()

  async function startOnce(number: number): Promise<void> {
    const replica = await startReplica(number)
    if (!replica) throw new Error(`there is no replica ${number}`)
    await untilReady(http, replica)
    up.set(number, replica)
  }
  async function startAfter(number: number, before: Promise<void>): Promise<void> {
    await before
    for (let tries = 1; ; tries++) {
      try {
        return await startOnce(number)
      } catch (error) {
        if (tries === MOST_TRIES) throw error
      }
    }
  }
  function start(number: number, before: Promise<void> = Promise.resolve()): void {
    const started = startAfter(number, before).finally(() => starting.delete(started))
    starting.add(started)
  }

  // The first one alone: it migrates.
  start(1)
  await Promise.all(starting)
  for (let number = 2; number <= count; number++) start(number)
  await Promise.all(starting)

  return {
    up,
    async kill(number) {
      const replica = up.get(number)
      if (replica === undefined) return
      up.delete(number)
      // The relays see its connections close, and drop what they hold of it.
      const killed = replica.kill().then(() => sleep(RELAYS_CLOSE_MS))
      start(
        number,
        killed.then(() => sleep(random.between(...DEAD_MS))),
      )
      await killed
    },
    async untilUp(wanted) {
      while (up.size < wanted && starting.size > 0) await Promise.race(starting)
    },
  }
}
