import { sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { DeniedAccount } from './offboarding.ts'

type DeniedRow = { user_id: string; state: string; tokens_until: string | null; requested_at: Date }

/** The accounts of all open offboardings, and of those that were done within so many seconds. */
export async function listDeniedAccounts(db: EmployeeDatabase, doneWithinSeconds: number): Promise<DeniedAccount[]> {
  const { rows } = await sql<DeniedRow>`
    select user_id, state, tokens_until, requested_at from offboardings where state in ('pending', 'failed')
    union all
    select user_id, state, tokens_until, requested_at from offboardings
    where state = 'done' and completed_at > now() - ${doneWithinSeconds} * interval '1 s'`.execute(db)
  return rows.map((row) => ({
    userId: row.user_id,
    tokensUntil: row.tokens_until === null ? null : Number(row.tokens_until),
    failed: row.state === 'failed',
    requestedAt: row.requested_at,
  }))
}
