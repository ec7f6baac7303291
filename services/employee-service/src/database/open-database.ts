import { createDatabase, type Database, type DatabaseOptions, isUnavailable, migrate } from '@latchkey/database'
import { type Log, waitUntilReady } from '@latchkey/problems'
import type { EmployeeSchema } from './employee-database.ts'
import { migrations } from './migrations/index.ts'

type OpenOptions = Pick<DatabaseOptions, 'url' | 'schema' | 'onError'> & {
  /** How long to wait for a Postgres that cannot be reached. Milliseconds. */
  readonly waitMs: number
  readonly log: Pick<Log, 'warn'>
}

/**
 * The database, migrated to the newest version.
 *
 * @throws when Postgres could not be reached within `waitMs`; at once what a failing migration threw
 */
export async function openDatabase({ waitMs, log, ...options }: OpenOptions): Promise<Database<EmployeeSchema>> {
  const database = createDatabase<EmployeeSchema>({ ...options, applicationName: 'employee-service' })
  const { db } = database
  try {
    await waitUntilReady('Postgres', log, () => migrate({ db, migrations }), {
      patienceMs: waitMs,
      isTemporary: isUnavailable,
    })
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
