import { spread } from '../../report/table.ts'
import type { FaultKind, Outcome } from './end-state.ts'
import { WINDOWS } from './windows.ts'

const HEAD = [
  'window',
  'killed',
  'runs',
  'kills or races in the window',
  'leavers',
  'lost',
  'double accounts',
  'leaver active',
  'leaver’s token taken',
  'stuck',
]

/** Runs and their faults, by window and by what was killed. */
export function onboardingTable(outcomes: readonly Outcome[]): string {
  const row = (window: string, killed: string, of: readonly Outcome[]): string[] => {
    const count = (test: (outcome: Outcome) => boolean): string => String(of.filter(test).length)
    const having = (kind: FaultKind): string => count(({ faults }) => faults.some((fault) => fault.kind === kind))
    return [
      window,
      killed,
      String(of.length),
      count(({ wasHit }) => wasHit),
      count(({ hasLeft }) => hasLeft),
      having('lost'),
      having('double'),
      having('leaver active'),
      having('leaver let in'),
      having('stuck'),
    ]
  }
  const rows = WINDOWS.flatMap((window) =>
    window.victims.flatMap((victim) => {
      const of = outcomes.filter((each) => each.window === window && each.victim === victim)
      return of.length > 0 ? [row(window.name, victim, of)] : []
    }),
  )
  const times = outcomes.flatMap(({ refusedAfterMs }) => refusedAfterMs ?? [])
  return [
    ...[HEAD, HEAD.map(() => '---'), ...rows, row('all', '', outcomes)].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `All tokens of a leaver refused, once everything was up: median / p99 / max ${spread(times, [0.5, 0.99, 1])}, of ${times.length} leavers with tokens`,
  ].join('\n')
}
