import { repeat } from '@latchkey/problems'
import type { AppInstance } from '@latchkey/service-kit'
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
}

/** The periodic tasks, until the app closes. */
export function startHousekeeping(app: AppInstance, dependencies: Dependencies): void {
  const { config, db, audit, keys, mail, clientsOfLeavers, erasure, eraseUnverified, publisher, lives } = dependencies
  const { auditRetentionMs } = config
  const stopping = new AbortController()
  app.addHook('onClose', async () => stopping.abort())
  const { signal } = stopping
  const onError = (err: unknown): void => app.log.warn({ err }, 'housekeeping failed; it is tried again')
  void repeat(lives.note, { everyMs: NOTE_EVERY_MS, signal, onError })
  // Entries of the feed expire; a key stays revoked.
  void repeat(keys.publishAll, { everyMs: Math.min(HOUR_MS, publisher.retentionMs / 2), signal, onError })
  const deleteOldEvents = () => deleteEventsBefore(db, new Date(Date.now() - config.sessions.maxAgeMs))
  void repeat(deleteOldEvents, { everyMs: HOUR_MS, signal, onError })
  void repeat(mail.supervise, { everyMs: MAILS_EVERY_MS, signal, onError })
  // At once: a replica may never live for long.
  void repeat(eraseUnverified, { everyMs: ERASURES_EVERY_MS, atOnce: true, signal, onError })
  void repeat(erasure.purgePending, { everyMs: ERASURES_EVERY_MS, signal, onError })
  const deleteOldMails = () => deleteMailsBefore(db, new Date(Date.now() - KEEP_LINKS_MS))
  void repeat(deleteOldMails, { everyMs: HOUR_MS, signal, onError })
  const deleteOldAddresses = () => deleteExpiredFormerAddresses(db, new Date())
  void repeat(deleteOldAddresses, { everyMs: HOUR_MS, signal, onError })
  const deleteOldLinks = () => deleteLinksBefore(db, new Date(Date.now() - KEEP_LINKS_MS))
  void repeat(deleteOldLinks, { everyMs: HOUR_MS, signal, onError })
  const deleteOldRevocations = () =>
    deleteRevocationsBefore(db, new Date(Date.now() - DEVICE_TOKEN_TTL_SECONDS * SECOND_MS - 24 * HOUR_MS))
  void repeat(deleteOldRevocations, { everyMs: HOUR_MS, signal, onError })
  void repeat(clientsOfLeavers.count, { everyMs: LEAVERS_EVERY_MS, atOnce: true, signal, onError })
  void repeat(audit.flush, { everyMs: SECOND_MS, signal, onError })
  if (auditRetentionMs === undefined) return
  const trimTrail = () => trimAudit(db, new Date(Date.now() - auditRetentionMs))
  // At once: a replica may never live for an hour.
  void repeat(trimTrail, { everyMs: HOUR_MS, atOnce: true, signal, onError })
}
