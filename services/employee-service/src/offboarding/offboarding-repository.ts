import { type Kysely, sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { Offboarding, PendingOffboarding, RefusedAccount } from './offboarding.ts'
import { OFFBOARDING_COLUMNS, offboardingOf } from './offboarding-table.ts'

type NewOffboarding = {
  readonly id: string
  readonly employeeId: string
  readonly userId: string | null
  readonly reason: string | null
  readonly requestId: string
}

export type OffboardingRepository = ReturnType<typeof createOffboardingRepository>

/** The executor may be a transaction: then every call is part of it. */
export function createOffboardingRepository(db: Kysely<EmployeeDatabase>) {
  return {
    async insert({ id, employeeId, userId, reason, requestId }: NewOffboarding): Promise<void> {
      const state = userId === null ? 'none' : 'pending'
      await db
        .insertInto('offboardings')
        .values({ id, employee_id: employeeId, user_id: userId, state, reason, request_id: requestId })
        .execute()
    },

    /**
     * Whether the end of this account for this employee is still open, or (unless `openOnly`) was the last end of that employee; for
     * nobody's account, whether there was an end at all.
     */
    async covers(employeeId: string, userId: string | null, { openOnly }: { openOnly: boolean }): Promise<boolean> {
      const row = await db
        .selectFrom('offboardings')
        .select('id')
        .where('employee_id', '=', employeeId)
        .where(
          userId === null
            ? sql<boolean>`true`
            : sql<boolean>`user_id = ${userId} and (state in ('pending', 'failed') or ${openOnly ? sql`false` : IS_NEWEST})`,
        )
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /** What is still open comes first: an offboarding that failed is not hidden by a later one of another account. */
    async find(employeeId: string): Promise<Offboarding | undefined> {
      const row = await db
        .selectFrom('offboardings')
        .select(OFFBOARDING_COLUMNS)
        .where('employee_id', '=', employeeId)
        .orderBy(sql`case state when 'failed' then 0 when 'pending' then 1 else 2 end`)
        .orderBy('requested_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && offboardingOf(row)
    },

    /** Makes what failed pending again, and returns the ids. */
    async reopen(employeeId: string): Promise<string[]> {
      const rows = await db
        .updateTable('offboardings')
        .set({ state: 'pending', tried_since: sql`now()` })
        .where('employee_id', '=', employeeId)
        .where('state', '=', 'failed')
        .returning('id')
        .execute()
      return rows.map(({ id }) => id)
    },

    /** Undefined when there is nothing left to do. */
    async findPending(id: string): Promise<PendingOffboarding | undefined> {
      const row = await db
        .selectFrom('offboardings')
        .select(['id', 'employee_id', 'user_id', 'request_id', 'attempts', 'last_error'])
        .select(sql<number>`(extract(epoch from now() - tried_since) * 1000)::float8`.as('tried_for_ms'))
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .executeTakeFirst()
      if (row === undefined || row.user_id === null) return undefined
      return {
        id: row.id,
        employeeId: row.employee_id,
        userId: row.user_id,
        requestId: row.request_id,
        attempts: row.attempts,
        lastError: row.last_error,
        triedForMs: row.tried_for_ms,
      }
    },

    /** Some that have been pending for so long, with a job or without: each gets its turn, however many there are. */
    async listOverdue(olderThanMs: number, limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('offboardings')
        .select('id')
        .where('state', '=', 'pending')
        .where(sql<boolean>`tried_since < now() - ${olderThanMs} * interval '1 ms'`)
        .orderBy(sql`random()`)
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id)
    },

    async noteAttempt(id: string, lastError: string): Promise<void> {
      await db
        .updateTable('offboardings')
        .set({ attempts: sql`attempts + 1`, last_error: lastError })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    },

    async markFailed(id: string, lastError: string): Promise<void> {
      await db
        .updateTable('offboardings')
        .set({ state: 'failed', attempts: sql`attempts + 1`, last_error: lastError })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    },

    /** Settles with it what had failed for the same account before: it is disabled, whoever asked for that. */
    async markDone({ id, userId }: PendingOffboarding, tokensUntil: number): Promise<void> {
      await sql`
        update offboardings
        set state = 'done', attempts = attempts + 1, last_error = null, completed_at = now(), tokens_until = ${tokensUntil}
        where (id = ${id} and state = 'pending')
           or (user_id = ${userId} and state = 'failed'
               and requested_at <= (select requested_at from offboardings where id = ${id}))`.execute(db)
    },

    /** Accounts whose tokens are refused: those that are not done, and those that were done within so many seconds. */
    async listRefused(doneWithinSeconds: number): Promise<RefusedAccount[]> {
      const { rows } = await sql<RefusedRow>`
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
    },
  }
}

/** Of the offboardings of one employee. */
const IS_NEWEST = sql<boolean>`not exists (
  select 1 from offboardings later where later.employee_id = offboardings.employee_id
    and (later.requested_at, later.id) > (offboardings.requested_at, offboardings.id))`

type RefusedRow = { user_id: string; state: string; tokens_until: string | null; requested_at: Date }
