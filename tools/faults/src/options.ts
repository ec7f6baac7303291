import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { TOPOLOGIES, type Topology } from './store/redis-store.ts'

export type Options = {
  readonly seed: number
  /** Names of the scenarios to run, in order. */
  readonly scenarios: readonly string[]
  /** Of Redis: each scenario runs on each of these that it differs on. */
  readonly topologies: readonly Topology[]
  /** How often each fault happens; undefined leaves that to the scenario. */
  readonly runs: number | undefined
  readonly cutSeconds: number
  readonly quick: boolean
  /** Keeps histories and logs, whatever the result. */
  readonly keep: boolean
}

/**
 * Reads `[--quick] [--seed N] [--scenario name]… [--topology name]… [--runs N] [--cut seconds] [--keep]`.
 *
 * @throws when it meets anything else
 */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const usage = (problem: string): Error =>
    new Error(
      `usage: npm run test:faults -- [--quick] [--seed N] [--runs N] [--cut seconds] [--keep] [--topology ${TOPOLOGIES.join('|')}]… [--scenario ${names.join('|')}]…  (${problem})`,
    )
  const { quick, keep, scenario, topology, ...texts } = parse(args, usage)
  const numberOf = (name: 'seed' | 'runs' | 'cut'): number | undefined => {
    const text = texts[name]
    if (text !== undefined && !/^\d{1,9}$/.test(text)) throw usage(`--${name} takes a number`)
    return text === undefined ? undefined : Number(text)
  }
  const unknown = scenario.find((name) => !names.includes(name))
  if (unknown !== undefined) throw usage(`there is no scenario ${unknown}`)
  const topologies = TOPOLOGIES.filter((name) => topology.length === 0 || topology.includes(name))
  const foreign = topology.find((name) => !topologies.some((each) => each === name))
  if (foreign !== undefined) throw usage(`there is no topology ${foreign}`)
  return {
    seed: numberOf('seed') ?? randomInt(1_000_000_000),
    scenarios: scenario.length > 0 ? scenario : names,
    topologies,
    runs: numberOf('runs'),
    cutSeconds: numberOf('cut') ?? (quick ? 10 : 60),
    quick,
    keep,
  }
}

function parse(args: readonly string[], usage: (problem: string) => Error) {
  try {
    const options = {
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      seed: { type: 'string' },
      runs: { type: 'string' },
      cut: { type: 'string' },
      scenario: { type: 'string', multiple: true, default: [] as string[] },
      topology: { type: 'string', multiple: true, default: [] as string[] },
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}
