import type { Exchange } from '../load/exchange.ts'
import type { DataServers } from '../machine/data-servers.ts'

export const WORKLOAD_NAMES = ['authenticated', 'employee', 'refresh'] as const
export type WorkloadName = (typeof WORKLOAD_NAMES)[number]

/** Ours, the same work written by hand, and bare Fastify that sends the same response without any work. */
export const TARGET_NAMES = ['ours', 'composite', 'bare'] as const
export type TargetName = (typeof TARGET_NAMES)[number]

/** A program to measure, and the requests it gets. */
export type TargetProgram = {
  /** Absolute path of its entry file. */
  readonly entry: string
  readonly environment: Readonly<Record<string, string>>
  /** Runs once the server listens, before any request. */
  prepare?(): Promise<void>
  /** The requests of one connection; called once for each. */
  exchange(connection: number): Exchange
}

/** One kind of request, and the two programs that do the work. */
export type Workload = {
  readonly title: string
  readonly method: 'GET' | 'POST'
  /** The route in Fastify's form. */
  readonly route: string
  readonly ours: TargetProgram
  readonly composite: TargetProgram
}

export type Bench = {
  readonly data: DataServers
  readonly connections: number
  readonly sessions: number
}
