import type { Generated, Selectable } from 'kysely'
import type { Offboarding, OffboardingState } from './offboarding.ts'

export type OffboardingTable = {
  id: string
  employee_id: string
  /** The account; null when none was linked. */
  user_id: string | null
  state: OffboardingState
  reason: string | null
  request_id: string
  attempts: Generated<number>
  last_error: string | null
  requested_at: Generated<Date>
  /** When it was requested, or last reopened. */
  tried_since: Generated<Date>
  completed_at: Date | null
  /** The last second, since 1970, in which a token can have been issued to the account before it was disabled. */
  tokens_until: string | null
}

export const OFFBOARDING_COLUMNS = ['state', 'attempts', 'last_error', 'requested_at', 'completed_at'] as const

type OffboardingRow = Pick<Selectable<OffboardingTable>, (typeof OFFBOARDING_COLUMNS)[number]>

export function toOffboarding(row: OffboardingRow): Offboarding {
  return {
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    requestedAt: row.requested_at,
    completedAt: row.completed_at,
  }
}
