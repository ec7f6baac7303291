import type { Generated, Selectable } from 'kysely'
import { NO_ONBOARDING, type Onboarding } from './onboarding.ts'

export type OnboardingTable = {
  id: string
  employee_id: string
  /** `ended`: the employee has left. */
  state: 'pending' | 'invited' | 'accepted' | 'failed' | 'ended'
  /** Null once nothing is to be made or found any more. */
  email: string | null
  full_name: string | null
  user_id: string | null
  wants_link: Generated<boolean>
  expires_at: Date | null
  last_error: string | null
  attempts: Generated<number>
  request_id: string
  /** When a worker was last about to ask for an account. */
  attempted_at: Date | null
  requested_at: Generated<Date>
  /** When it was requested, or last repeated. */
  tried_since: Generated<Date>
  /** When the next attempt is due. */
  due_at: Generated<Date>
  /** When auth-service last said that the account waits for its owner. */
  checked_at: Date | null
  completed_at: Date | null
}

export const ONBOARDING_COLUMNS = ['state', 'user_id', 'last_error', 'expires_at'] as const

type OnboardingRow = Pick<Selectable<OnboardingTable>, (typeof ONBOARDING_COLUMNS)[number]>

export function toOnboarding({ state, ...row }: OnboardingRow): Onboarding {
  if (state === 'ended') return NO_ONBOARDING
  const isOpen = state === 'pending' || state === 'invited'
  return {
    state,
    userId: row.user_id,
    lastError: row.last_error,
    expiresAt: isOpen ? row.expires_at : null,
  }
}
