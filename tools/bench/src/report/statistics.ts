/** Median and range of one run. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number }

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
}

/** Kolmogorov and Smirnov's statistic: the largest difference between the shares of both that are at most as large as any value. */
export function distanceOf(some: readonly number[], others: readonly number[]): number {
  const [a, b] = [some, others].map((values) => [...values].sort((x, y) => x - y)) as [number[], number[]]
  let [i, j, largest] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < a.length && (a[i] ?? 0) <= value) i++
    while (j < b.length && (b[j] ?? 0) <= value) j++
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return largest
}
