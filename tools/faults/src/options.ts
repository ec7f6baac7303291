import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export type Options = {
  readonly seed: number
  /** Names of the scenarios to run, in order. */
  readonly scenarios: readonly string[]
  /** How often each fault happens; undefined leaves that to the scenario. */
  readonly runs: number | undefined
  readonly cutSeconds: number
  readonly quick: boolean
  /** Keeps histories and logs, whatever the result. */
  readonly keep: boolean
}

/**
 * Reads `[--quick] [--seed N] [--scenario name]… [--runs N] [--cut seconds] [--keep]`.
 *
 * @throws when it meets anything else
 */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const usage = (problem: string): Error =>
    new Error(
      `usage: npm run test:faults -- [--quick] [--seed N] [--runs N] [--cut seconds] [--keep] [--scenario ${names.join('|')}]…  (${problem})`,
    )
  const { quick, keep, scenario, ...texts } = parse(args, usage)
  const numberOf = (name: 'seed' | 'runs' | 'cut'): number | undefined => {
    const text = texts[name]
    if (text !== undefined && !/^\d{1,9}$/.test(text)) throw usage(`--${name} takes a number`)
    return text === undefined ? undefined : Number(text)
  }
  const unknown = scenario.find((name) => !names.includes(name))
  if (unknown !== undefined) throw usage(`there is no scenario ${unknown}`)
  return {
    seed: numberOf('seed') ?? randomInt(1_000_000_000),
    scenarios: scenario.length > 0 ? scenario : names,
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
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}
