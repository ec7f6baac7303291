import type { Metric } from '@latchkey/problems'
import { Counter, Gauge, type Registry } from 'prom-client'

/** Registers metrics whose values are kept elsewhere; each scrape reads them. */
export function registerMetrics(registry: Registry, metrics: readonly Metric[]): void {
  for (const { type, read, ...described } of metrics) {
    const options = { ...described, registers: [registry] }
    if (type === 'gauge') {
      new Gauge({
        ...options,
        collect() {
          this.set(read())
        },
      })
    } else {
      new Counter({
        ...options,
        collect() {
          this.reset()
          this.inc(read())
        },
      })
    }
  }
}
