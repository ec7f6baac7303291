type Write = {
  (fields: object, message: string): void
  (message: string): void
}

/** Where a part of a service writes its log lines; the loggers of pino and Fastify are one. An error is the field `err`. */
export type Log = { readonly info: Write; readonly warn: Write; readonly error: Write }

/** A number that is read at each scrape; name and unit as Prometheus has them. */
export type Metric = {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly read: () => number
}

/** A metric with a number for each combination of labels. */
export type LabeledMetric = Omit<Metric, 'read'> & {
  readonly labelNames: readonly string[]
  readonly read: () => readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}
