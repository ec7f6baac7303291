import { sql } from 'kysely'
import { type Actor, callerKey } from '../actor.ts'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import { type FileWork, tooMany } from './places.ts'

/**
 * Holds the caller's one import, or export, among all processes. The lock belongs to the transaction: it ends with it, and with the
 * connection when the process or the network breaks.
 *
 * @throws `too_many_requests` when another transaction holds it
 */
export async function lockCaller(trx: EmployeeTransaction, work: FileWork, caller: Actor): Promise<void> {
  const name = `${work} of ${callerKey(caller)}`
  const { rows } = await sql<{ isHeld: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ${name}, 0)) as "isHeld"`.execute(trx)
  if (!rows[0]?.isHeld) throw tooMany(work)
}
