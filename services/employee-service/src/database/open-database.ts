import {
  createDatabase,
  type Database,
  type DatabaseAddress,
  type DatabaseOptions,
  isUnavailable,
  type PreparedDatabase,
  prepareDatabase,
} from '@latchkey/database'
import { type Log, waitUntilReady } from '@latchkey/problems'
import { DATABASE_SETTINGS } from './database-settings.ts'
import type { EmployeeSchema } from './employee-database.ts'
import { migrations } from './migrations/index.ts'

type OpenOptions = Pick<DatabaseOptions, 'onError'> & {
  readonly address: DatabaseAddress
  /** How long to wait for a Postgres that cannot be reached. Milliseconds. */
  readonly waitMs: number
  readonly log: Pick<Log, 'warn'>
}

export type OpenedDatabase = { readonly database: Database<EmployeeSchema>; readonly prepared: PreparedDatabase }

const APPLICATION_NAME = 'employee-service'

/**
 * The database as this version needs it.
 *
 * @throws when Postgres could not be reached within `waitMs`; at once what waiting does not cure
 */
export async function openDatabase({ waitMs, log, address, ...options }: OpenOptions): Promise<OpenedDatabase> {
  const asked = { address, names: DATABASE_SETTINGS, migrations, applicationName: APPLICATION_NAME }
  const prepared = await waitUntilReady('Postgres', log, () => prepareDatabase(asked), {
    patienceMs: waitMs,
    isTemporary: isUnavailable,
  })
  const named = { ...options, ...prepared.connection, applicationName: APPLICATION_NAME }
  return { database: createDatabase<EmployeeSchema>(named), prepared }
}
