import type { Answer, Call, Failure, Intent } from '../requests/call.ts'
import type { Finding } from './finding.ts'

export type Told = Finding & {
  readonly where: string
  readonly count: number
  readonly call: Call
  readonly notes: readonly string[]
}

export type Statistics = {
  requests: number
  authenticated: number
  mutatedTokens: number
  /** 503 with Retry-After. */
  unavailable: number
  /** Answers that took more than five seconds. */
  slow: number
  readonly byClass: Record<string, number>
  readonly byCredential: Record<string, number>
}

export const newStatistics = (): Statistics => ({
  requests: 0,
  authenticated: 0,
  mutatedTokens: 0,
  unavailable: 0,
  slow: 0,
  byClass: {},
  byCredential: {},
})

const SLOW_MS = 5000

export function count(statistics: Statistics, intent: Intent, outcome: Answer | Failure): void {
  statistics.requests += 1
  const isAnswer = 'status' in outcome
  const name = isAnswer ? `${Math.floor(outcome.status / 100)}xx` : outcome.failure
  statistics.byClass[name] = (statistics.byClass[name] ?? 0) + 1
  statistics.byCredential[intent.credential] = (statistics.byCredential[intent.credential] ?? 0) + 1
  if (intent.hasMutatedToken || intent.notes.some((note) => note.startsWith('a token'))) statistics.mutatedTokens += 1
  if (!isAnswer) return
  if (intent.credential === 'live' && outcome.status !== 401) statistics.authenticated += 1
  if (outcome.status === 503) statistics.unavailable += 1
  if (outcome.milliseconds > SLOW_MS) statistics.slow += 1
}
