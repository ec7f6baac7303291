import { isUnavailable, migrateAsOwner } from '@latchkey/database'
import { migrateJobQueue } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import { migrateWhenReady } from '@latchkey/service-kit'
import {
  type Environment,
  loadSettings,
  ownerPostgresDescription,
  setting,
  sharedOptions,
} from '@latchkey/service-kit/settings'
import { settings } from './config.ts'
import { DATABASE_SETTINGS } from './database/database-settings.ts'
import { migrations } from './database/migrations/index.ts'

/** What a migration reads, and the service itself does not. */
export const migrationSettings = {
  ownerUrl: setting.url({
    ...sharedOptions.ownerPostgres,
    name: DATABASE_SETTINGS.owner,
    description: ownerPostgresDescription('employee-service'),
  }),
}

const read = {
  ...migrationSettings,
  databaseUrl: settings.databaseUrl,
  sessionDatabaseUrl: settings.sessionDatabaseUrl,
}

type Options = {
  readonly environment: Environment
  readonly log: Pick<Log, 'warn'>
  /** For tests. */
  readonly schema?: string
}

/**
 * Migrates the database in the name of the role that owns it, and lets the role of the service read and write its rows.
 *
 * @throws {SettingsError} naming every variable that is missing or not acceptable; {DatabaseFault} for what waiting does not cure
 */
export async function migrateDatabase({ environment, log, schema }: Options): Promise<void> {
  const options = {
    addresses: loadSettings(read, environment),
    names: DATABASE_SETTINGS,
    log,
    isTemporary: isUnavailable,
  }
  await migrateWhenReady(options, (roles) =>
    migrateAsOwner({ ...roles, migrations, functions: [], migrateJobs: migrateJobQueue, schema }),
  )
}
