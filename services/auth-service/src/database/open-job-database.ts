import { createDatabase, type Database, type DatabaseOptions } from '@latchkey/database'

/** The queue's statements are few, and may take longer than those of a request: at its first start it makes its tables. */
const STATEMENT_TIMEOUT_MS = 10_000
const POOL_SIZE = 3

/** Connections for the job queue alone. Its statements name their schema. */
export function openJobDatabase(options: Pick<DatabaseOptions, 'url' | 'onError'>): Database<unknown> {
  return createDatabase<unknown>({
    ...options,
    applicationName: 'auth-service jobs',
    poolSize: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}
