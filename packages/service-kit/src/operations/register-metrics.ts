import type { LabeledMetric, Metric } from '@latchkey/problems'
import { Counter, Gauge, type Registry } from 'prom-client'

/** Registers metrics whose values are kept elsewhere; each scrape reads them. */
export function registerMetrics(registry: Registry, metrics: readonly (Metric | LabeledMetric)[]): void {
  for (const metric of metrics) {
    const { name, help, type } = metric
    const labelNames = 'labelNames' in metric ? [...metric.labelNames] : []
    const options = { name, help, labelNames, registers: [registry] }
    if (type === 'gauge') {
      new Gauge({
        ...options,
        collect() {
          for (const { labels, value } of samplesOf(metric)) this.set(labels, value)
        },
      })
    } else {
      new Counter({
        ...options,
        collect() {
          this.reset()
          for (const { labels, value } of samplesOf(metric)) this.inc(labels, value)
        },
      })
    }
  }
}

const samplesOf = (metric: Metric | LabeledMetric) =>
  'labelNames' in metric ? metric.read() : [{ labels: {}, value: metric.read() }]
