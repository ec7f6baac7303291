/** A number that is read at each scrape; name and unit as Prometheus has them. */
export type Metric = {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly read: () => number
}
