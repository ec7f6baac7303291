import { spread } from '../../report/table.ts'
import { BOUNDARIES, VICTIMS } from './boundaries.ts'
import type { Outcome } from './trial.ts'

/** Kills and their faults, by boundary and victim: `kills / lost / done twice / let in`. */
export function offboardingTable(outcomes: readonly Outcome[]): string {
  const cell = (of: readonly Outcome[]): string => {
    const killed = of.filter(({ wasKilled }) => wasKilled)
    const count = (...kinds: string[]): number =>
      of.filter(({ faults }) => faults.some((fault) => kinds.includes(fault))).length
    return [killed.length, count('lost', 'half done'), count('done twice'), count('let in')].join(' / ')
  }
  const rows = BOUNDARIES.map(({ name }) => [
    name,
    ...VICTIMS.map((victim) => cell(outcomes.filter((each) => each.boundary.name === name && each.victim === victim))),
  ])
  const recovery = VICTIMS.map((victim) =>
    spread(
      outcomes.filter((each) => each.victim === victim && each.recoveryMs > 0).map(({ recoveryMs }) => recoveryMs),
      [0.5, 0.99, 1],
    ),
  )
  const all = ['all', ...VICTIMS.map((victim) => cell(outcomes.filter((each) => each.victim === victim)))]
  return [
    ['killed: kills / lost / done twice / let in', ...VICTIMS],
    ['---', ...VICTIMS.map(() => '---')],
    ...rows,
    all,
    ['recovery: median / p99 / max', ...recovery],
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
