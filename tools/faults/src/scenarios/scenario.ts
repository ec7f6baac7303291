import type { CheckOptions } from '../checker/check-options.ts'
import type { Violation } from '../checker/violation.ts'
import type { HistoryWriter } from '../history/history-file.ts'
import type { Random } from '../random.ts'
import type { Scope } from '../scope.ts'
import type { Databases } from '../world/databases.ts'

/** What a scenario is given. */
export type Surroundings = {
  /** Everything that it starts is stopped with it. */
  readonly scope: Scope
  readonly databases: Databases
  readonly history: HistoryWriter
  readonly random: Random
  /** Numbers the runs, from 1, for as long as there are more to come. */
  readonly runs: Iterable<number>
  readonly size: Size
  /** How long the feed is cut, in seconds. */
  readonly cutSeconds: number
}

export type Size = { readonly users: number; readonly devicesEach: number }

/** How often the fault happens; less often when the time is up before that. */
export type Plan = { readonly runs: number; readonly seconds: number }

/** What a scenario knows beside its history, and better. */
export type Beside = {
  /** How often the fault happened, if not once in each run. */
  readonly faults?: number
  readonly recoveryMs?: readonly number[]
  /** What its history alone would not show. */
  readonly violations?: readonly Violation[]
  /** A table of its own, printed below the one of all scenarios. */
  readonly table?: string
}

export type Scenario = {
  readonly name: string
  /** As the table calls it. */
  readonly title: string
  readonly plan: { readonly full: Plan; readonly quick: Plan }
  readonly checks: CheckOptions
  /** Does it, and writes down what happens. */
  run(surroundings: Surroundings): Promise<Beside>
}
