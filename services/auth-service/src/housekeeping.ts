import { type Log, repeat } from '@latchkey/problems'
import type { Erasure } from './accounts/erasure.ts'
import { trimAudit } from './audit/audit-repository.ts'
import type { AuditTrail } from './audit/create-audit.ts'
import type { ClientsOfLeavers } from './clients/clients-of-leavers.ts'
import type { Config } from './config.ts'
import type { AuthDatabase } from './database/auth-database.ts'
import { DEVICE_TOKEN_TTL_SECONDS } from './devices/known-devices.ts'
import { deleteRevocationsBefore } from './devices/revoked-device-repository.ts'
import type { KeyService } from './keys/key-service.ts'
import { deleteLinksBefore } from './links/link-repository.ts'
import type { Mail } from './mail/create-mail.ts'
import { deleteMailsBefore } from './mail/mail-status-repository.ts'
import { type AccessTokenLives, NOTE_EVERY_MS } from './revocations/access-token-lives.ts'
import type { RevocationPublisher } from './revocations/redis-revocation-publisher.ts'
import { deleteEventsBefore } from './sessions/session-event-repository.ts'
import { deleteExpiredFormerAddresses } from './users/former-address-repository.ts'

const HOUR_MS = 3_600_000
const SECOND_MS = 1000
/** A mail whose worker was killed waits at most this much longer. */
const MAILS_EVERY_MS = 5000
const ERASURES_EVERY_MS = 10_000
const LEAVERS_EVERY_MS = 10_000
/** What administrators see of links that are over, and of mails that are done with. */
const KEEP_LINKS_MS = 30 * 24 * HOUR_MS

type Dependencies = {
  readonly config: Pick<Config, 'auditRetentionMs' | 'sessions'>
  readonly db: AuthDatabase
  readonly audit: AuditTrail
  readonly keys: KeyService
  readonly mail: Mail
  readonly clientsOfLeavers: ClientsOfLeavers
  readonly erasure: Erasure
  readonly eraseUnverified: () => Promise<void>
  readonly publisher: RevocationPublisher
  readonly lives: AccessTokenLives
  /** While it is, nothing is done. */
  readonly isPaused: () => boolean
  readonly log: Pick<Log, 'warn'>
}

/** The periodic tasks. @returns what ends them */
export function startHousekeeping(dependencies: Dependencies): () => void {
  const { config, db, audit, keys, mail, clientsOfLeavers, erasure, eraseUnverified, publisher, lives } = dependencies
  const { isPaused, log } = dependencies
  const { auditRetentionMs } = config
  const stopping = new AbortController()
  const onError = (err: unknown): void => log.warn({ err }, 'housekeeping failed; it is tried again')
  const every = (everyMs: number, task: () => Promise<unknown>, atOnce = false): void =>
    void repeat(async () => isPaused() || task(), { everyMs, atOnce, signal: stopping.signal, onError })
  every(NOTE_EVERY_MS, lives.note)
  // Entries of the feed expire; a key stays revoked.
  every(Math.min(HOUR_MS, publisher.retentionMs / 2), keys.publishAll)
  const deleteOldEvents = () => deleteEventsBefore(db, new Date(Date.now() - config.sessions.maxAgeMs))
  every(HOUR_MS, deleteOldEvents)
  every(MAILS_EVERY_MS, mail.supervise)
  // At once: a replica may never live for long.
  every(ERASURES_EVERY_MS, eraseUnverified, true)
  every(ERASURES_EVERY_MS, erasure.purgePending)
  const deleteOldMails = () => deleteMailsBefore(db, new Date(Date.now() - KEEP_LINKS_MS))
  every(HOUR_MS, deleteOldMails)
  const deleteOldAddresses = () => deleteExpiredFormerAddresses(db, new Date())
  every(HOUR_MS, deleteOldAddresses)
  const deleteOldLinks = () => deleteLinksBefore(db, new Date(Date.now() - KEEP_LINKS_MS))
  every(HOUR_MS, deleteOldLinks)
  const deleteOldRevocations = () =>
    deleteRevocationsBefore(db, new Date(Date.now() - DEVICE_TOKEN_TTL_SECONDS * SECOND_MS - 24 * HOUR_MS))
  every(HOUR_MS, deleteOldRevocations)
  every(LEAVERS_EVERY_MS, clientsOfLeavers.count, true)
  every(SECOND_MS, audit.flush)
  if (auditRetentionMs !== undefined) {
    // At once: a replica may never live for an hour.
    every(HOUR_MS, () => trimAudit(db, new Date(Date.now() - auditRetentionMs)), true)
  }
  return () => stopping.abort()
}
