import { sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'

/** How onboardings stand, the same in every replica. */
export type OnboardingStatistics = {
  readonly pending: number
  readonly invited: number
  /** Of employees who are still to get an account. */
  readonly failed: number
  /** When the oldest of them was requested, or last repeated. */
  readonly oldestPending: Date | null
  readonly oldestInvited: Date | null
}

type Row = {
  pending: number
  invited: number
  failed: number
  oldest_pending: Date | null
  oldest_invited: Date | null
}

export async function findOnboardingStatistics(db: EmployeeDatabase): Promise<OnboardingStatistics> {
  const { rows } = await sql<Row>`
    select
      count(*) filter (where state = 'pending')::int as pending,
      count(*) filter (where state = 'invited')::int as invited,
      count(*) filter (where state = 'failed' and not exists (
        select 1 from onboardings later
        where later.employee_id = onboardings.employee_id and later.requested_at > onboardings.requested_at))::int as failed,
      min(tried_since) filter (where state = 'pending') as oldest_pending,
      min(requested_at) filter (where state = 'invited') as oldest_invited
    from onboardings where state in ('pending', 'invited', 'failed')`.execute(db)
  const row = rows[0]
  return {
    pending: row?.pending ?? 0,
    invited: row?.invited ?? 0,
    failed: row?.failed ?? 0,
    oldestPending: row?.oldest_pending ?? null,
    oldestInvited: row?.oldest_invited ?? null,
  }
}
