import type { Outcome } from './end-state.ts'
import { WINDOWS } from './windows.ts'

/** Kills, their faults, and how often the mails of those that were killed left, by window. */
export function mailsTable(outcomes: readonly Outcome[]): string {
  const cells = (name: string, of: readonly Outcome[]): string[] => {
    const killed = of.filter(({ wasKilled }) => wasKilled)
    const count = (test: (outcome: Outcome) => boolean): string => String(killed.filter(test).length)
    return [
      name,
      String(killed.length),
      count(({ faults }) => faults.includes('lost')),
      count(({ faults }) => faults.includes('not undone')),
      count(({ faults }) => faults.includes('dead link') || faults.includes('used twice')),
      ...[0, 1, 2].map((copies) => count((outcome) => outcome.copies === copies)),
      count(({ copies }) => copies > 2),
    ]
  }
  const head = [
    'killed',
    'kills',
    'lost',
    'sent though undone',
    'link dead, or used twice',
    'left 0 ×',
    '1 ×',
    '2 ×',
    'more',
  ]
  const rows = WINDOWS.map((window) =>
    cells(
      window.name,
      outcomes.filter((each) => each.window === window),
    ),
  )
  return [head, head.map(() => '---'), ...rows, cells('all', outcomes)]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}
