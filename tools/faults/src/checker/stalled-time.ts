import type { HistoryRecord } from '../history/history-record.ts'

/** Measures how long the machine was stalled within a span of time, in milliseconds. */
export function stalledTime(records: readonly HistoryRecord[]): (from: number, to: number) => number {
  const stalls = records.filter((record) => record.kind === 'stall')
  return (from, to) =>
    stalls.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0)
}
