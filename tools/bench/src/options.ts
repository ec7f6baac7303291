import { parseArgs } from 'node:util'
import { WORKLOAD_NAMES, type WorkloadName } from './workloads/workload.ts'

export type Options = {
  readonly workloads: readonly WorkloadName[]
  /** How many samples are taken of each target. */
  readonly rounds: number
  /** Length of one sample. */
  readonly sampleMs: number
  /** Load before the first sample, so that the compilers are done. */
  readonly warmUpMs: number
  /** Refresh sessions for each server: so many that a session does not come back within seconds. */
  readonly sessions: number
}

const FULL = { rounds: 9, sampleMs: 1500, warmUpMs: 4000, sessions: 8000 }
const QUICK = { rounds: 5, sampleMs: 450, warmUpMs: 900, sessions: 2000 }

/**
 * Reads `[--quick] [authenticated|employee|refresh]…`; without a name, all three.
 *
 * @throws when it meets anything else
 */
export function parseOptions(args: readonly string[]): Options {
  const { quick, names } = parse(args)
  const workloads = names.map((name) => {
    if (!isWorkloadName(name)) throw usage(`there is no workload ${name}`)
    return name
  })
  return { ...(quick ? QUICK : FULL), workloads: workloads.length > 0 ? workloads : WORKLOAD_NAMES }
}

function parse(args: readonly string[]): { quick: boolean; names: string[] } {
  try {
    const options = { quick: { type: 'boolean', default: false } } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { quick: values.quick, names: positionals }
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

const usage = (problem: string): Error =>
  new Error(`usage: npm run bench -- [--quick] [${WORKLOAD_NAMES.join('|')}]…  (${problem})`)

function isWorkloadName(text: string): text is WorkloadName {
  return WORKLOAD_NAMES.some((name) => name === text)
}
