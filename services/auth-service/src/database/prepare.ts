import { isUnavailable, type PreparedDatabase, prepareDatabase } from '@latchkey/database'
import { type Log, waitUntilReady } from '@latchkey/problems'
import type { Config } from '../config.ts'
import { DATABASE_SETTINGS } from './database-settings.ts'
import { migrations } from './migrations/index.ts'

type Options = { readonly config: Pick<Config, 'database'>; readonly schema: string | undefined; readonly log: Log }

/**
 * Waits for Postgres, and has the database as this version needs it.
 *
 * @throws {DatabaseFault} at once, for what waiting does not cure
 */
export async function prepare({ config, schema, log }: Options): Promise<PreparedDatabase> {
  const options = {
    address: { ...config.database, ...(schema !== undefined && { schema }) },
    names: DATABASE_SETTINGS,
    migrations,
    applicationName: 'auth-service',
  }
  try {
    return await waitUntilReady('Postgres', log, () => prepareDatabase(options), { isTemporary: isUnavailable })
  } catch (error) {
    log.error({ event: 'start_up_failed', step: 'prepare the database' }, 'the start failed')
    throw error
  }
}
