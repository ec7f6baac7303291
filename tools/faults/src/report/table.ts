import type { Findings } from '../checker/check-history.ts'
import type { Topology } from '../store/redis-store.ts'

export type Row = Findings & {
  readonly title: string
  readonly topology: Topology
  readonly faults: number
  readonly table?: string
  /** Why it did not run on this machine. */
  readonly skipped?: string
}

const COLUMNS: readonly (readonly [head: string, cell: (row: Row) => string])[] = [
  ['scenario', ({ title }) => title],
  ['Redis', ({ topology }) => topology],
  ['faults', ({ faults, skipped }) => (skipped === undefined ? whole(faults) : 'skipped')],
  ['operations', ({ operations }) => whole(operations)],
  ['honest sessions', ({ honestSessions }) => whole(honestSessions)],
  ['thefts tried', ({ thefts }) => whole(thefts)],
  ['revocations', ({ revocations }) => whole(revocations)],
  [
    'violations (95 % upper bound per operation)',
    ({ violations, operations }) => `${violations.length} (≤ ${share(upperBound(violations.length) / operations)})`,
  ],
  ['recovery: min / median / max', ({ recoveryMs }) => spread(recoveryMs, [0, 0.5, 1])],
  ['503 after: median / max', ({ unavailableMs }) => spread(unavailableMs, [0.5, 1])],
]

/** The results of all scenarios as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))
  return [COLUMNS.map(([head]) => head), COLUMNS.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

const whole = (count: number): string => count.toLocaleString('en')
const share = (value: number): string => `${(value * 100).toPrecision(2)} %`

/** Quantiles of times in milliseconds. */
export function spread(values: readonly number[], quantiles: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length === 0) return '–'
  return quantiles.map((part) => `${Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0)} ms`).join(' / ')
}

/**
 * With 95 % confidence there are fewer than this many events where `count` were counted (Wilson and Hilferty's approximation
 * of the Poisson limit); for none it is the rule of three.
 */
export function upperBound(count: number): number {
  const k = count + 1
  return k * (1 - 1 / (9 * k) + 1.645 / (3 * Math.sqrt(k))) ** 3
}
