import type { Conversation } from '../load/conversation.ts'
import type { DataServers } from '../machine/data-servers.ts'

export const WORKLOAD_NAMES = ['authenticated', 'employee', 'refresh'] as const
export type WorkloadName = (typeof WORKLOAD_NAMES)[number]

/** Ours, the same work by hand, and Fastify that gives the same answer without any work. */
export const CONTENDERS = ['ours', 'composite', 'bare'] as const
export type Contender = (typeof CONTENDERS)[number]

/** A program to be measured, and what is asked of it. */
export type Subject = {
  /** Absolute path of its entry file. */
  readonly entry: string
  readonly environment: Readonly<Record<string, string>>
  /** Runs when the server listens, before any request. */
  prepare?(): Promise<void>
  /** What one of the connections says; called once for each. */
  converse(connection: number): Conversation
}

/** One kind of request, with two programs that really do the work. */
export type Workload = {
  readonly title: string
  readonly method: 'GET' | 'POST'
  /** The route as Fastify takes it. */
  readonly route: string
  readonly ours: Subject
  readonly composite: Subject
}

export type Bench = {
  readonly data: DataServers
  readonly connections: number
  readonly sessions: number
}
