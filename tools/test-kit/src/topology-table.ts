import type { Suite } from './topology-suites.ts'

export type SuiteRun = {
  readonly suite: Suite
  readonly files: number
  readonly passed: number
  readonly failed: number
  readonly timeMs: number
}

const HEAD = ['topology', 'files', 'passed', 'failed', 'minutes']

/** A line for each, as a terminal shows it. */
export function topologyTable(runs: readonly SuiteRun[]): string {
  const rows = runs.map(({ suite, files, passed, failed, timeMs }) => [
    suite,
    ...[files, passed, failed].map(String),
    (timeMs / 60_000).toFixed(1),
  ])
  const widths = HEAD.map((title, n) => Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((text, n) => (n === 0 ? text.padEnd(widths[n] ?? 0) : text.padStart(widths[n] ?? 0))).join('  ')
  return [HEAD, ...rows].map(line).join('\n')
}
