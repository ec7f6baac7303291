import { randomInt } from 'node:crypto'

export type Options = {
  readonly seed: number
  /** Names of the scenarios to run, in order. */
  readonly scenarios: readonly string[]
  /** How often each fault happens; undefined leaves that to the scenario. */
  readonly runs: number | undefined
  readonly cutSeconds: number
  readonly quick: boolean
  /** Histories and logs stay where they are, whatever comes out. */
  readonly keep: boolean
}

/**
 * Reads `[--quick] [--seed N] [--scenario name]… [--runs N] [--cut seconds] [--keep]`.
 *
 * @throws when something else is given
 */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const usage = (problem: string): Error =>
    new Error(
      `usage: npm run test:faults -- [--quick] [--seed N] [--runs N] [--cut seconds] [--keep] [--scenario ${names.join('|')}]…  (${problem})`,
    )
  const scenarios: string[] = []
  let [seed, runs, cut]: (number | undefined)[] = []
  let quick = false
  let keep = false
  const rest = [...args]
  const number = (name: string): number => {
    const value = rest.shift() ?? ''
    if (!/^\d{1,9}$/.test(value)) throw usage(`${name} takes a number`)
    return Number(value)
  }
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--quick') quick = true
    else if (arg === '--keep') keep = true
    else if (arg === '--seed') seed = number(arg)
    else if (arg === '--runs') runs = number(arg)
    else if (arg === '--cut') cut = number(arg)
    else if (arg === '--scenario') {
      const name = rest.shift() ?? ''
      if (!names.includes(name)) throw usage(`there is no scenario ${name}`)
      scenarios.push(name)
    } else throw usage(`${arg} is none of these`)
  }
  return {
    seed: seed ?? randomInt(1_000_000_000),
    scenarios: scenarios.length > 0 ? scenarios : names,
    runs,
    cutSeconds: cut ?? (quick ? 10 : 60),
    quick,
    keep,
  }
}
