import { WORKLOAD_NAMES, type WorkloadName } from './workloads/workload.ts'

export type Options = {
  readonly workloads: readonly WorkloadName[]
  /** How often each server has its turn. */
  readonly rounds: number
  /** Length of one turn. */
  readonly turnMs: number
  /** Load before the first turn, so that the compilers are done. */
  readonly warmUpMs: number
  /** Refresh sessions for each server: so many that a session does not come back within seconds. */
  readonly sessions: number
}

const FULL = { rounds: 9, turnMs: 1500, warmUpMs: 4000, sessions: 8000 }
const QUICK = { rounds: 5, turnMs: 450, warmUpMs: 900, sessions: 2000 }

/**
 * Reads `[--quick] [authenticated|employee|refresh]…`; without a name, all three.
 *
 * @throws when something else is given
 */
export function parseOptions(args: readonly string[]): Options {
  const names = args.filter((arg) => arg !== '--quick')
  const unknown = names.find((name) => !isWorkloadName(name))
  if (unknown !== undefined) {
    throw new Error(`usage: npm run bench -- [--quick] [${WORKLOAD_NAMES.join('|')}]…  (${unknown} is none of these)`)
  }
  const chosen = names.filter(isWorkloadName)
  return { ...(args.includes('--quick') ? QUICK : FULL), workloads: chosen.length > 0 ? chosen : WORKLOAD_NAMES }
}

function isWorkloadName(text: string): text is WorkloadName {
  return WORKLOAD_NAMES.some((name) => name === text)
}
