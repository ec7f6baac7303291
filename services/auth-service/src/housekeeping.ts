import { type Log, repeat } from '@latchkey/problems'
import type { AuthDatabase } from './database/auth-database.ts'
import type { KeyService } from './keys/key-service.ts'
import type { RevocationPublisher } from './revocations/redis-revocation-publisher.ts'
import { deleteEventsBefore } from './sessions/session-event-repository.ts'

const HOUR_MS = 3_600_000

type Dependencies = {
  readonly db: AuthDatabase
  readonly keys: KeyService
  readonly publisher: RevocationPublisher
  readonly sessionMaxAgeMs: number
  readonly log: Pick<Log, 'warn'>
  readonly signal: AbortSignal
}

/** The periodic tasks, until `signal` aborts. */
export function startHousekeeping({ db, keys, publisher, sessionMaxAgeMs, log, signal }: Dependencies): void {
  const onError = (err: unknown): void => log.warn({ err }, 'housekeeping failed; it is tried again')
  // Entries of the feed expire; a key stays revoked.
  void repeat(keys.publishAll, { everyMs: Math.min(HOUR_MS, publisher.retentionMs / 2), signal, onError })
  const deleteOldEvents = () => deleteEventsBefore(db, new Date(Date.now() - sessionMaxAgeMs))
  void repeat(deleteOldEvents, { everyMs: HOUR_MS, signal, onError })
}
