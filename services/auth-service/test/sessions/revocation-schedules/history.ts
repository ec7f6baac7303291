import type { AccessTokenClaims } from '@latchkey/access-token'
import type { EndReason } from '../../../src/sessions/session.ts'
import type { User, UserStatus } from '../../../src/users/user.ts'
import type { Command } from './schedule.ts'
import type { VerifierView } from './verifier-view.ts'

/** A session that a sign-in or a change of password was answered with, and every token that was issued for it. */
export type SessionTrace = {
  readonly number: number
  readonly sid: string
  readonly deviceId: string
  readonly opening: Operation
  /** Of the account at that time, in epoch milliseconds: which password it was. */
  readonly passwordVersion: number
  /** Refresh tokens by their generation. */
  readonly refreshTokens: Map<number, string>
  readonly accessTokens: AccessTokenClaims[]
}

export type Outcome =
  | { readonly kind: 'granted'; readonly generation: number; readonly claims: AccessTokenClaims; readonly user: User }
  | { readonly kind: 'found'; readonly user: User; readonly tokenVersion: number }
  /** With the status of the account where that is part of the answer. */
  | { readonly kind: 'done'; readonly status?: UserStatus }
  /** An answer that the contract has a code for. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason?: EndReason }
  /** There was nothing to do it to. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** One call: its command, its times on a clock that ticks at each start and each answer, and its outcome. */
export type Operation = {
  /** Also the id of its request, by which the audit trail names it. */
  readonly id: string
  readonly command: Command
  readonly start: number
  end: number
  outcome: Outcome
  /** The session that it is about, or that a sign-in opened. */
  session?: SessionTrace
  /** Generation of the refresh token that it presented. */
  presented?: number
}

/** All that happened to one user, and the faults found during the run. */
export type History = {
  readonly operations: Operation[]
  readonly sessions: SessionTrace[]
  readonly faults: string[]
}

/** What is left once every operation has been answered. */
export type FinalState = {
  readonly user: User
  readonly tokenVersion: number
  readonly passwordVersion: number
  /** Sids that the service lists as alive. */
  readonly listed: readonly string[]
  /** Sids. */
  readonly recordedOpenings: readonly string[]
  readonly recordedEnds: readonly { sid: string; deviceId: string; reason: EndReason }[]
  readonly auditEvents: readonly AuditTrace[]
  /** A last refresh and a last check of each session. */
  readonly last: ReadonlyMap<SessionTrace, { refresh: Operation; check: Operation }>
}

export type AuditTrace = {
  readonly type: string
  readonly requestId: string | null
  readonly deviceId: string | null
  readonly details: Readonly<Record<string, unknown>>
}

/** Something that must hold of every history. Returns what does not, in words. */
export type Assertion = (history: History, finalState: FinalState, verifier: VerifierView) => string[]

/** The history as text, one line per operation. */
export function formatHistory({ operations }: History): string {
  return operations
    .map(({ id, command, start, end, outcome, session, presented }) => {
      const { kind, ...rest } = command
      const about = session ? ` s${session.number} on ${session.deviceId}` : ''
      const token = presented === undefined ? '' : ` g${presented}`
      return `${id.padEnd(4)} ${start}–${end} ${kind} ${JSON.stringify(rest)}${about}${token}: ${formatOutcome(outcome)}`
    })
    .join('\n')
}

function formatOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'granted':
      return `granted g${outcome.generation} v${outcome.claims.ver}`
    case 'found':
      return `alive v${outcome.tokenVersion}`
    case 'refused':
      return `${outcome.code}${outcome.reason ? ` (${outcome.reason})` : ''}`
    case 'failed':
      return `FAILED ${outcome.error instanceof Error ? outcome.error.stack : String(outcome.error)}`
    default:
      return outcome.kind
  }
}
