import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Which cores are used. Without taskset, or with one core, nothing is pinned and the numbers are less reliable. */
export type Cores = {
  /** Prefix of a measured server's command line. */
  readonly serverPrefix: readonly string[]
  readonly description: string
  /** The core of the measured server alone; undefined when nothing is pinned. */
  readonly serverCore: string | undefined
}

/**
 * Reserves a core for the measured server. This process moves to the other one, with what it starts without the prefix:
 * Redis and Postgres, whose work is the same for all targets.
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
    description: 'nothing pinned to a core (needs taskset and two cores)',
  }
}
