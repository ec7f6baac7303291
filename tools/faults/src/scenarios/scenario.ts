import type { Random, Scope } from '@latchkey/harness'
import type { CheckOptions } from '../checker/check-options.ts'
import type { Violation } from '../checker/violation.ts'
import type { Databases } from '../cluster/databases.ts'
import type { Http } from '../driver/http.ts'
import type { HistoryWriter } from '../history/history-file.ts'
import type { Topology } from '../store/redis-store.ts'

/** What a scenario works with. */
export type ScenarioContext = {
  /** Stops everything that the scenario starts. */
  readonly scope: Scope
  readonly databases: Databases
  readonly http: Http
  readonly history: HistoryWriter
  readonly random: Random
  /** Numbers of the runs, from 1. */
  readonly runs: Iterable<number>
  readonly size: Size
  /** How long the feed is cut, in seconds. */
  readonly cutSeconds: number
  /** Of Redis. */
  readonly topology: Topology
}

export type Size = { readonly users: number; readonly devicesEach: number }

/** How often the fault happens; less often when the time is up earlier. */
export type Plan = { readonly runs: number; readonly seconds: number }

/** What a scenario knows better than its history. */
export type ScenarioResult = {
  /** How often the fault happened, unless once in each run. */
  readonly faults?: number
  readonly recoveryMs?: readonly number[]
  /** What was asked and checked without a record of each. */
  readonly operations?: number
  /** Violations that the history alone does not show. */
  readonly violations?: readonly Violation[]
  /** A table of its own, printed below that of all scenarios. */
  readonly table?: string
  /** Why nothing could be done on this machine. */
  readonly skipped?: string
}

export type Scenario = {
  readonly name: string
  /** Its name in the table. */
  readonly title: string
  readonly plan: { readonly full: Plan; readonly quick: Plan }
  readonly checks: CheckOptions
  /** Those on which it differs; all unless given. */
  readonly topologies?: readonly Topology[]
  /** Causes the faults, and records what happens. */
  run(context: ScenarioContext): Promise<ScenarioResult>
}
