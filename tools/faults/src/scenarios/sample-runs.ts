import type { Random } from '@latchkey/harness'

/** Runs for so many windows, which the seed picks, in their order. Runs have numbers from 1. */
export function sampleRuns(random: Random, windows: readonly unknown[], count: number): number[] {
  const drawn = windows.map((_, index) => ({ run: index + 1, order: random.next() }))
  return drawn
    .toSorted((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ run }) => run)
    .toSorted((a, b) => a - b)
}
