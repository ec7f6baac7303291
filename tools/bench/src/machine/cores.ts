import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Which cores are used; without taskset or with one core only, nothing is pinned and numbers are worth less. */
export type Cores = {
  /** What stands in front of the command line of a measured server. */
  readonly serverPrefix: readonly string[]
  readonly description: string
  /** The core of the measured server alone; undefined when nothing is pinned. */
  readonly serverCore: string | undefined
}

/**
 * Gives the measured server a core of its own. We ourselves move to the other one, and so does what we start without
 * the prefix: Redis and Postgres, whose work is the same for all that are compared.
 */
export function takeCores(): Cores {
  if (availableParallelism() >= 2) {
    const { status } = spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, String(process.pid)])
    if (status === 0) {
      return {
        serverPrefix: ['taskset', '--cpu-list', SERVER_CORE],
        serverCore: SERVER_CORE,
        description: `server on core ${SERVER_CORE}; load, Redis and Postgres on core ${LOAD_CORE}`,
      }
    }
  }
  return {
    serverPrefix: [],
    serverCore: undefined,
    description: 'nothing pinned to a core (that takes taskset and two cores)',
  }
}
