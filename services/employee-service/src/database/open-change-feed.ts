import { createDatabase, type DatabaseOptions } from '@latchkey/database'
import type { EmployeeDatabase, EmployeeSchema } from './employee-database.ts'

// The channel that the trigger of `offboardings` notifies.
const LISTEN = `do $$ begin execute 'listen ' || quote_ident('offboardings_' || md5(current_schema())); end $$`

/** Notifications of changed offboardings, and the connection on which they arrive. */
export type ChangeFeed = {
  /** Runs queries on the listening connection: while they succeed, notifications arrive. */
  readonly db: EmployeeDatabase
  /** Calls `listener` when an offboarding has changed. */
  subscribe(listener: () => void): void
  close(): Promise<void>
}

/** Listens on one connection of its own. When it breaks, the next query connects and listens again. */
export function openChangeFeed({ url, schema }: Pick<DatabaseOptions, 'url' | 'schema'>): ChangeFeed {
  const listeners: (() => void)[] = []
  const { db, pool, close } = createDatabase<EmployeeSchema>({
    url,
    ...(schema !== undefined && { schema }),
    poolSize: 1,
    applicationName: 'employee-service changes',
  })
  pool.on('connect', (client) => {
    client.on('notification', () => {
      for (const listener of listeners) listener()
    })
    // Sent before the query for which the connection was opened. If it fails, that query fails as well.
    client.query(LISTEN).catch(() => {})
  })
  return { db, subscribe: (listener) => void listeners.push(listener), close }
}
