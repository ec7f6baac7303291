import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, type Database, type DatabaseOptions, isUnavailable, migrate } from '@latchkey/database'
import type { EmployeeDatabase } from './employee-database.ts'
import { migrations } from './migrations/index.ts'

const RETRY_MS = 500

type OpenOptions = Pick<DatabaseOptions, 'url' | 'schema'> & {
  /** How long a Postgres that can't be reached is waited for. Milliseconds. */
  readonly waitMs: number
  /** Told of what went wrong with a connection and will be tried again. */
  readonly onError: (error: unknown) => void
}

/**
 * The database, migrated to the newest version.
 *
 * @throws when Postgres could not be reached within `waitMs`, and what a failing migration threw, at once
 */
export async function openDatabase(options: OpenOptions): Promise<Database<EmployeeDatabase>> {
  const { waitMs, ...connection } = options
  const database = createDatabase<EmployeeDatabase>({ ...connection, applicationName: 'employee-service' })
  try {
    await migrateWhenReachable(database, options)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

async function migrateWhenReachable(
  { db }: Database<EmployeeDatabase>,
  { waitMs, onError }: OpenOptions,
): Promise<void> {
  const patience = AbortSignal.timeout(waitMs)
  for (;;) {
    try {
      return await migrate({ db, migrations })
    } catch (error) {
      if (!isUnavailable(error)) throw error
      if (patience.aborted) throw new PostgresUnavailable(waitMs, error)
      onError(error)
    }
    await sleep(RETRY_MS)
  }
}

/** The boot gave up waiting. Postgres' own words, kept in the message, name hosts, users and databases, never a password. */
class PostgresUnavailable extends Error {
  readonly code = 'POSTGRES_UNAVAILABLE'

  constructor(waitMs: number, cause: unknown) {
    const reason = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
    super(`Postgres could not be used within ${waitMs / 1000} s${reason}`, { cause })
  }
}
