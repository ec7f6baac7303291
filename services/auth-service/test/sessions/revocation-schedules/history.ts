import type { AccessTokenClaims } from '@latchkey/access-token'
import type { EndReason } from '../../../src/sessions/session.ts'
import type { User, UserStatus } from '../../../src/users/user.ts'
import type { Command } from './schedule.ts'

/** A session that a sign-in was answered with, and all that was ever handed out for it. */
export type SessionTrace = {
  readonly number: number
  readonly sid: string
  readonly deviceId: string
  readonly signIn: Operation
  /** Of the account that signed in, in epoch milliseconds: which password it was. */
  readonly passwordChangedAt: number
  /** Refresh tokens by their generation. */
  readonly refreshTokens: Map<number, string>
  readonly accessTokens: AccessTokenClaims[]
}

export type Outcome =
  | { readonly kind: 'granted'; readonly generation: number; readonly claims: AccessTokenClaims; readonly user: User }
  | { readonly kind: 'seen'; readonly user: User; readonly tokenVersion: number }
  /** With the status of the account where that is part of the answer. */
  | { readonly kind: 'done'; readonly status?: UserStatus }
  /** An answer that the contract has a code for. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason?: EndReason }
  /** There was nothing to do it to. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** One call: what was asked, when by a clock that ticks at each start and each answer, and what came of it. */
export type Operation = {
  /** Also the id of its request, by which the audit trail names it. */
  readonly id: string
  readonly command: Command
  readonly start: number
  end: number
  outcome: Outcome
  /** The session that it is about or that it made. */
  session?: SessionTrace
  /** Generation of the refresh token that it presented. */
  presented?: number
}

/** All that happened to one user, and what was found at once amiss. */
export type History = {
  readonly operations: Operation[]
  readonly sessions: SessionTrace[]
  readonly faults: string[]
}

/** What is left when everything has come to rest. */
export type Aftermath = {
  readonly user: User
  readonly tokenVersion: number
  readonly passwordChangedAt: number
  /** Sids that the service lists as alive. */
  readonly listed: readonly string[]
  /** Sids. */
  readonly recordedOpenings: readonly string[]
  readonly recordedEnds: readonly { sid: string; deviceId: string; reason: EndReason }[]
  readonly auditEvents: readonly AuditTrace[]
  /** What a last refresh of each session came to, and whether an access token of it still opens anything. */
  readonly last: ReadonlyMap<SessionTrace, { refresh: Operation; look: Operation }>
}

export type AuditTrace = {
  readonly type: string
  readonly requestId: string
  readonly deviceId: string | null
  readonly details: Readonly<Record<string, unknown>>
}

/** The history for people, one line per operation. */
export function tell({ operations }: History): string {
  return operations
    .map(({ id, command, start, end, outcome, session, presented }) => {
      const { kind, ...rest } = command
      const about = session ? ` s${session.number} on ${session.deviceId}` : ''
      const token = presented === undefined ? '' : ` g${presented}`
      return `${id.padEnd(4)} ${start}–${end} ${kind} ${JSON.stringify(rest)}${about}${token}: ${tellOutcome(outcome)}`
    })
    .join('\n')
}

function tellOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'granted':
      return `granted g${outcome.generation} v${outcome.claims.ver}`
    case 'seen':
      return `alive v${outcome.tokenVersion}`
    case 'refused':
      return `${outcome.code}${outcome.reason ? ` (${outcome.reason})` : ''}`
    case 'failed':
      return `FAILED ${outcome.error instanceof Error ? outcome.error.stack : String(outcome.error)}`
    default:
      return outcome.kind
  }
}
