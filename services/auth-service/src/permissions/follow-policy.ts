import { openChangeFeed, type PreparedDatabase } from '@latchkey/database'
import { type Log, repeat } from '@latchkey/problems'
import type { AuthSchema } from '../database/auth-database.ts'
import type { Permissions } from './permissions.ts'

/** How soon a lost notification is made up for. Milliseconds. */
const POLL_MS = 500

type Options = {
  readonly permissions: Permissions
  /** To sessions, which can listen. */
  readonly connection: PreparedDatabase['sessions']
  readonly log: Pick<Log, 'info' | 'warn'>
}

/**
 * Keeps the copy of the policy up to date, on a connection of its own. Without Postgres the last known one stays.
 * @returns what stops it
 */
export function followPolicy({ permissions, connection, log }: Options): () => Promise<void> {
  const changes = openChangeFeed<AuthSchema>({
    ...connection,
    channel: 'policy',
    applicationName: 'auth-service policy',
  })
  const stopping = new AbortController()
  let isCutOff = false

  async function poll(): Promise<void> {
    await permissions.poll(changes.db)
    if (isCutOff) log.info({ pol: permissions.policy.version }, 'the policy of roles is followed again')
    isCutOff = false
  }

  function onError(err: unknown): void {
    if (!isCutOff) log.warn({ err, pol: permissions.policy.version }, 'the policy of roles may be out of date')
    isCutOff = true
  }

  changes.subscribe(() => void poll().catch(onError))
  const polling = repeat(poll, { everyMs: POLL_MS, signal: stopping.signal, onError })
  return async () => {
    stopping.abort()
    await polling
    await changes.close()
  }
}
