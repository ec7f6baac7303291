import { sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { DeniedAccount } from './offboarding.ts'

type DeniedRow = {
  user_id: string | null
  state: string
  tokens_until: string | null
  requested_at: Date
  goes_on: boolean
}

/** The accounts of all open offboardings, failed ones included, and of those that were done within so many seconds. */
export async function listDeniedAccounts(db: EmployeeDatabase, doneWithinSeconds: number): Promise<DeniedAccount[]> {
  const { rows } = await sql<DeniedRow>`
    select user_id, state, tokens_until, requested_at, state = 'failed' or failed_at is not null as goes_on
    from offboardings where state in ('pending', 'failed')
    union all
    select user_id, state, tokens_until, requested_at, false from offboardings
    where state = 'done' and user_id is not null and completed_at > now() - ${doneWithinSeconds} * interval '1 s'`.execute(
    db,
  )
  return rows.map((row) => ({
    userId: row.user_id,
    tokensUntil: row.tokens_until === null ? null : Number(row.tokens_until),
    goesOn: row.goes_on,
    failed: row.state === 'failed',
    requestedAt: row.requested_at,
  }))
}
