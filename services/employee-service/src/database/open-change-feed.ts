import { createDatabase, type Database, type DatabaseOptions } from '@latchkey/database'
import type { EmployeeDatabase } from './employee-database.ts'

// The channel that the trigger of `offboardings` notifies.
const LISTEN = `do $$ begin execute 'listen ' || quote_ident('offboardings_' || md5(current_schema())); end $$`

type ChangeFeedOptions = Pick<DatabaseOptions, 'url' | 'schema'> & {
  /** An offboarding was changed, or may have been while nobody listened. */
  readonly onChange: () => void
}

/**
 * One connection of its own, which listens for changes and is asked on the side. Whenever it breaks, the next query opens
 * and listens anew.
 */
export function openChangeFeed({ url, schema, onChange }: ChangeFeedOptions): Database<EmployeeDatabase> {
  const database = createDatabase<EmployeeDatabase>({
    url,
    ...(schema !== undefined && { schema }),
    poolSize: 1,
    applicationName: 'employee-service changes',
  })
  database.pool.on('connect', (client) => {
    client.on('notification', onChange)
    // Sent before the query that the connection was opened for. Whoever could not listen finds out by asking.
    client.query(LISTEN).catch(() => {})
  })
  return database
}
