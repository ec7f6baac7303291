import type { Findings } from '../checker/check-history.ts'
import { upperBound } from './upper-bound.ts'

export type Row = Findings & { readonly title: string; readonly faults: number }

/** The outcome of all scenarios as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'scenario',
    'faults',
    'operations',
    'honest sessions',
    'thefts tried',
    'revocations',
    'violations (95 % upper bound per operation)',
    'recovery: min / median / max',
  ]
  const lines = rows.map(
    ({ title, faults, operations, honestSessions, thefts, revocations, violations, recoveryMs }) => [
      title,
      ...[faults, operations, honestSessions, thefts, revocations].map((count) => count.toLocaleString('en')),
      `${violations.length} (≤ ${share(upperBound(violations.length) / operations)})`,
      spread(recoveryMs),
    ],
  )
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const share = (value: number): string => `${(value * 100).toPrecision(2)} %`

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): string => `${Math.round(sorted[index] ?? 0)} ms`
  if (sorted.length === 0) return '–'
  return [0, Math.floor((sorted.length - 1) / 2), sorted.length - 1].map(at).join(' / ')
}
