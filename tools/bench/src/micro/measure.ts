import { spreadOf } from '../report/statistics.ts'

export type Variant = { readonly name: string; readonly run: (iteration: number) => unknown }

const ROUNDS = 25
const ROUND_MS = 30

/**
 * Prints what one call of each variant costs: CPU time of this thread, the median of rounds that take turns, so that what else
 * the machine does meets all variants alike.
 */
export function measure(title: string, variants: readonly Variant[]): void {
  const samples = variants.map((variant) => {
    return { variant, calls: callsPerRound(variant), costs: [] as number[] }
  })
  for (let round = 0; round < ROUNDS; round++) {
    for (const { variant, calls, costs } of samples) costs.push((cpuMs(variant, calls) / calls) * 1000)
  }
  console.log(`\n${title}`)
  for (const { variant, costs } of samples) {
    const { median, min, max } = spreadOf(costs)
    const range = `${min.toFixed(3)} to ${max.toFixed(3)}`
    console.log(`  ${variant.name.padEnd(58)} ${median.toFixed(3).padStart(9)} µs  (${range})`)
  }
}

/** So many calls that the clock, which ticks every few milliseconds, is fine enough for them. */
function callsPerRound(variant: Variant): number {
  let calls = 100
  while (cpuMs(variant, calls) < ROUND_MS) calls *= 2
  return calls
}

let sink: unknown

function cpuMs({ run }: Variant, calls: number): number {
  const before = process.threadCpuUsage()
  for (let i = 0; i < calls; i++) sink = run(i)
  const { user, system } = process.threadCpuUsage(before)
  if (sink === measure) throw new Error('never: it only keeps the calls from being optimized away')
  return (user + system) / 1000
}
