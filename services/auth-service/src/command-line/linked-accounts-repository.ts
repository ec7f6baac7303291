import { createDatabase } from '@latchkey/database'
import { sql } from 'kysely'

/** A million employees take longer than a request may. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * Ids of the accounts that employees are linked to, leavers aside, in batches. They are in employee-service's database, which this
 * service has no part in: the address comes from the operator.
 */
export async function* linkedAccountIds(employeeDatabaseUrl: string, batch: number): AsyncGenerator<string[]> {
  const { db, close } = createDatabase<unknown>({
    url: employeeDatabaseUrl,
    applicationName: 'auth-service admin',
    poolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  try {
    let after: string | null = null
    for (;;) {
      const page: { rows: { user_id: string }[] } = await sql<{ user_id: string }>`
        select user_id from employees
        where user_id is not null and status <> 'terminated' and (${after}::uuid is null or user_id > ${after}::uuid)
        order by user_id limit ${batch}`.execute(db)
      const ids = page.rows.map((row) => row.user_id)
      if (ids.length > 0) yield ids
      if (ids.length < batch) return
      after = ids.at(-1) ?? null
    }
  } finally {
    await close()
  }
}
