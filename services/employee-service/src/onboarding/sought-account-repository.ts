import { sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { LANDING_SECONDS } from './closing-repository.ts'

export type SoughtAccount = {
  readonly email: string
  /** Once it is known. */
  readonly userId: string | null
  /** Whether a request for it may still be on its way. */
  readonly mayAppear: boolean
}

/** Undefined where nothing is left to look for. */
export async function findSoughtAccount(
  db: EmployeeDatabase,
  onboardingId: string,
): Promise<SoughtAccount | undefined> {
  const row = await db
    .selectFrom('onboardings')
    .select(['email', 'user_id'])
    .select(sql<boolean>`coalesce(attempted_at > now() - ${LANDING_SECONDS} * interval '1 s', false)`.as('may_appear'))
    .where('id', '=', onboardingId)
    .executeTakeFirst()
  if (row === undefined || (row.email === null && row.user_id === null)) return undefined
  return { email: row.email ?? '', userId: row.user_id, mayAppear: row.may_appear }
}
