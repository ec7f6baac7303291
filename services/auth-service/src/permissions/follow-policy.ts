import type { ChangeFeed } from '@latchkey/database'
import { type Log, repeat } from '@latchkey/problems'
import type { AuthSchema } from '../database/auth-database.ts'
import type { Permissions } from './permissions.ts'

/** How soon a lost notification is made up for. Milliseconds. */
const POLL_MS = 500

type Options = {
  readonly permissions: Permissions
  readonly changes: ChangeFeed<AuthSchema>
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly signal: AbortSignal
}

/** Keeps the copy of the policy up to date until `signal` aborts. Without Postgres the last known one stays. */
export function followPolicy({ permissions, changes, log, signal }: Options): void {
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
  void repeat(poll, { everyMs: POLL_MS, signal, onError })
}
