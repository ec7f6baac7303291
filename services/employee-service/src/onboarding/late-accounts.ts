import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { AccountFinder } from './account-finder.ts'
import { emptyAddresses, listUnaccounted } from './sought-account-repository.ts'

/** Each costs a search at auth-service. */
const SOUGHT_AT_ONCE = 100

/**
 * Looks once more for accounts of onboardings that were closed while a request for one was on its way, and nothing came of it within a
 * minute. A request may be stuck for longer, in a proxy or a process that was stopped; but no longer than its token lives.
 */
export async function findLateAccounts(db: EmployeeDatabase, finder: AccountFinder): Promise<void> {
  for (const { id, requestId } of await listUnaccounted(db, SOUGHT_AT_ONCE)) await finder.find(id, requestId)
  await emptyAddresses(db)
}
