import { createDatabase, type Database, type DatabaseOptions } from '@latchkey/database'
import { SEARCH_LIMITS } from '../employees/search/search-places.ts'
import type { EmployeeSchema } from './employee-database.ts'

/** A search takes a few statements, each from an index; one that takes longer is given up. */
const STATEMENT_TIMEOUT_MS = 1000

/** Connections for searches alone: however many there are, all other requests have theirs. */
export function openSearchDatabase(
  options: Pick<DatabaseOptions, 'url' | 'schema' | 'onError'>,
): Database<EmployeeSchema> {
  return createDatabase<EmployeeSchema>({
    ...options,
    applicationName: 'employee-service searches',
    poolSize: SEARCH_LIMITS.running,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}
