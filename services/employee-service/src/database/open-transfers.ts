import { createDatabase, type Database, type DatabaseOptions } from '@latchkey/database'
import type { EmployeeDatabase } from './employee-database.ts'

/** Imports, or exports, at a time in one process; the next one waits a moment and is told to come back. */
const POOL_SIZE = 3
const STATEMENT_TIMEOUT_MS = 30_000

/**
 * Connections for imports alone, or for exports: these take their time, and a client that reads slowly keeps one for as long.
 * Each connection is new, so that a server that fell silent is noticed at once and not by a statement that may take long.
 */
export function openTransfers(
  options: Pick<DatabaseOptions, 'url' | 'schema' | 'onError'>,
): Database<EmployeeDatabase> {
  return createDatabase<EmployeeDatabase>({
    ...options,
    applicationName: 'employee-service transfers',
    poolSize: POOL_SIZE,
    maxUses: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}
