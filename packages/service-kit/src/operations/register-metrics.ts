import { Counter, Gauge, type Registry } from 'prom-client'

/** A number to be read at each scrape; name and unit as Prometheus wants them. */
export type Metric = {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly read: () => number
}

/** Shows numbers that are kept elsewhere: they are read whenever somebody scrapes. */
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
