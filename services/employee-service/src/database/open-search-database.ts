import { createDatabase, type Database, type DatabaseOptions, type PreparedDatabase } from '@latchkey/database'
import { SEARCH_LIMITS } from '../employees/search/search-places.ts'
import type { EmployeeSchema } from './employee-database.ts'

/** A search takes a few statements, each from an index; a longer one is aborted. */
const STATEMENT_TIMEOUT_MS = 1000

/** Connections for searches only: however many searches there are, other requests keep theirs. */
export function openSearchDatabase(
  options: PreparedDatabase['connection'] & Pick<DatabaseOptions, 'onError'>,
): Database<EmployeeSchema> {
  return createDatabase<EmployeeSchema>({
    ...options,
    applicationName: 'employee-service searches',
    poolSize: SEARCH_LIMITS.running,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}
