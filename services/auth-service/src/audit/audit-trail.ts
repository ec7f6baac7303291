import type { AuthDatabase } from '../database/auth-database.ts'
import type { SessionEnd } from '../sessions/session-commands.ts'
import type { Origin } from './audit-event.ts'
import { insertAuditEvents } from './audit-repository.ts'

type Executor = AuthDatabase

// One function per security event. Given a transaction, an event stands or falls with what it tells of.

export const recordRegistration = (db: Executor, origin: Origin, userId: string) =>
  insertAuditEvents(db, origin, [{ type: 'user_registered', actorId: userId, subjectId: userId }])

export const recordLogin = (db: Executor, origin: Origin, { userId, deviceId }: { userId: string; deviceId: string }) =>
  insertAuditEvents(db, origin, [{ type: 'login_succeeded', actorId: userId, subjectId: userId, deviceId }])

/** Without a word of what was typed: people type passwords into the wrong field. */
export const recordFailedLogin = (db: Executor, origin: Origin, userId: string | null, why: string) =>
  insertAuditEvents(db, origin, [{ type: 'login_failed', outcome: 'failure', subjectId: userId, details: { why } }])

export const recordTokenReuse = (
  db: Executor,
  origin: Origin,
  { userId, deviceId, sid }: { userId: string; deviceId: string; sid: string },
) =>
  insertAuditEvents(db, origin, [
    { type: 'refresh_token_reuse', outcome: 'failure', actorId: null, subjectId: userId, deviceId, details: { sid } },
  ])

export const recordSessionEnds = (db: Executor, origin: Origin, ends: readonly SessionEnd[]) =>
  insertAuditEvents(
    db,
    origin,
    ends.map(({ userId, deviceId, sid, reason }) => ({
      type: 'session_ended' as const,
      subjectId: userId,
      deviceId,
      details: { reason, sid },
    })),
  )

export const recordUserUpdate = (db: Executor, origin: Origin, userId: string, changed: Record<string, unknown>) =>
  insertAuditEvents(db, origin, [{ type: 'user_updated', subjectId: userId, details: changed }])

export const recordUserDisabled = (db: Executor, origin: Origin, userId: string) =>
  insertAuditEvents(db, origin, [{ type: 'user_disabled', subjectId: userId }])

export const recordUserEnabled = (db: Executor, origin: Origin, userId: string) =>
  insertAuditEvents(db, origin, [{ type: 'user_enabled', subjectId: userId }])

export const recordPasswordChange = (db: Executor, origin: Origin, userId: string, deviceId: string) =>
  insertAuditEvents(db, origin, [{ type: 'password_changed', subjectId: userId, deviceId }])

export const recordClientCreated = (db: Executor, origin: Origin, clientId: string, scopes: readonly string[]) =>
  insertAuditEvents(db, origin, [{ type: 'client_created', subjectId: clientId, details: { scopes } }])

export const recordClientSecretCreated = (db: Executor, origin: Origin, clientId: string, secretId: string) =>
  insertAuditEvents(db, origin, [{ type: 'client_secret_created', subjectId: clientId, details: { secretId } }])

export const recordClientDeleted = (db: Executor, origin: Origin, clientId: string) =>
  insertAuditEvents(db, origin, [{ type: 'client_deleted', subjectId: clientId }])

export const recordKeyRevoked = (db: Executor, origin: Origin, kid: string) =>
  insertAuditEvents(db, origin, [{ type: 'key_revoked', subjectId: kid }])
