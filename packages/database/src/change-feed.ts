import type { Kysely } from 'kysely'
import { createDatabase, type DatabaseOptions } from './create-database.ts'

/** Notifications of changes, and the connection on which they arrive. */
export type ChangeFeed<DB> = {
  /** Runs queries on the listening connection: while they succeed, notifications arrive. */
  readonly db: Kysely<DB>
  /** Calls `listener` when something has changed. */
  subscribe(listener: () => void): void
  close(): Promise<void>
}

type ChangeFeedOptions = Pick<DatabaseOptions, 'url' | 'schema' | 'searchPath' | 'applicationName' | 'onError'> & {
  /** What a trigger notifies: this name, `_`, and the md5 sum of the schema's name, as a channel belongs to the whole database. */
  readonly channel: string
}

/** Listens on one connection of its own. When it breaks, the next query connects and listens again. */
export function openChangeFeed<DB>({ channel, ...options }: ChangeFeedOptions): ChangeFeed<DB> {
  if (!/^[a-z_]{1,30}$/.test(channel)) throw new TypeError('channel must be a plain lower-case identifier')
  const listen = `do $$ begin execute 'listen ' || quote_ident('${channel}_' || md5(current_schema())); end $$`
  const listeners: (() => void)[] = []
  const { db, pool, close } = createDatabase<DB>({ ...options, poolSize: 1 })
  pool.on('connect', (client) => {
    client.on('notification', () => {
      for (const listener of listeners) listener()
    })
    // Sent before the query for which the connection was opened. If it fails, that query fails as well.
    client.query(listen).catch(() => {})
  })
  return { db, subscribe: (listener) => void listeners.push(listener), close }
}
