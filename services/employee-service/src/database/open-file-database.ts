import { createDatabase, type Database, type DatabaseOptions, type PreparedDatabase } from '@latchkey/database'
import type { EmployeeSchema } from './employee-database.ts'

/** Imports, or exports, at a time in one process; the next one waits a moment and gets 503. */
const POOL_SIZE = 3
const STATEMENT_TIMEOUT_MS = 30_000

/**
 * Connections for imports alone, or for exports alone: these take long, and a client that reads slowly keeps one for as long. Each is
 * used once, so that a server that fell silent is noticed while connecting and not by a statement that may take long.
 */
export function openFileDatabase(
  options: PreparedDatabase['connection'] & Pick<DatabaseOptions, 'onError'>,
): Database<EmployeeSchema> {
  return createDatabase<EmployeeSchema>({
    ...options,
    applicationName: 'employee-service transfers',
    poolSize: POOL_SIZE,
    maxUses: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}
