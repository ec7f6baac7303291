import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const MEASURES = ['lines', 'branches', 'functions'] as const

type Summary = { readonly total: Readonly<Record<(typeof MEASURES)[number], { readonly pct: number }>> }

/** `91.2 % of lines, …`, as tap reported it after a run of all tests. */
export function describeCoverage(root: string): string {
  const summary = JSON.parse(readFileSync(join(root, '.tap/report/coverage-summary.json'), 'utf8')) as Summary
  return MEASURES.map((measure) => `${summary.total[measure].pct} % of ${measure}`).join(', ')
}
