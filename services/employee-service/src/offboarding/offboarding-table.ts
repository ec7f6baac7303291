import type { Generated, Selectable } from 'kysely'
import { NO_OFFBOARDING, type Offboarding, type OffboardingState } from './offboarding.ts'

export type OffboardingTable = {
  id: string
  employee_id: string
  /** The account; null when there is none, or it is still to be found. */
  user_id: string | null
  /** For which the account was made. */
  onboarding_id: string | null
  /** A withdrawn one is shown as `none`. */
  state: OffboardingState | 'withdrawn'
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
  /** When auth-service last refused to disable the account; null: never. */
  failed_at: Date | null
  clients: Generated<string[]>
  withdrawn_at: Date | null
  /** `kind:id` of the actor. */
  withdrawn_by: string | null
}

export const OFFBOARDING_COLUMNS = [
  'state',
  'attempts',
  'last_error',
  'requested_at',
  'completed_at',
  'clients',
] as const

type OffboardingRow = Pick<Selectable<OffboardingTable>, (typeof OFFBOARDING_COLUMNS)[number]>

export function toOffboarding(row: OffboardingRow): Offboarding {
  if (row.state === 'withdrawn') return NO_OFFBOARDING
  return {
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    requestedAt: row.requested_at,
    completedAt: row.completed_at,
    clients: row.clients,
  }
}
