import type { NewAuditEvent } from './audit-event.ts'

// One function per event, of plain facts.

type Device = { readonly userId: string; readonly deviceId: string }
type Session = Device & { readonly sid: string }

export const userRegistered = (userId: string): NewAuditEvent => ({
  type: 'user_registered',
  actorId: userId,
  subjectId: userId,
})

export const loginSucceeded = ({ userId, deviceId }: Device): NewAuditEvent => ({
  type: 'login_succeeded',
  actorId: userId,
  subjectId: userId,
  deviceId,
})

/** Without what was typed: people type passwords into the wrong field. */
export const loginFailed = (userId: string | null, why: string): NewAuditEvent => ({
  type: 'login_failed',
  outcome: 'failure',
  subjectId: userId,
  details: { why },
})

export const refreshTokenReused = ({ userId, deviceId, sid }: Session): NewAuditEvent => ({
  type: 'refresh_token_reuse',
  outcome: 'failure',
  actorId: null,
  subjectId: userId,
  deviceId,
  details: { sid },
})

export const sessionEnded = ({ userId, deviceId, sid, reason }: Session & { reason: string }): NewAuditEvent => ({
  type: 'session_ended',
  subjectId: userId,
  deviceId,
  details: { reason, sid },
})

export const userUpdated = (userId: string, changed: Readonly<Record<string, unknown>>): NewAuditEvent => ({
  type: 'user_updated',
  subjectId: userId,
  details: changed,
})

export const userDisabled = (userId: string): NewAuditEvent => ({ type: 'user_disabled', subjectId: userId })

export const userEnabled = (userId: string): NewAuditEvent => ({ type: 'user_enabled', subjectId: userId })

export const passwordChanged = ({ userId, deviceId }: Device): NewAuditEvent => ({
  type: 'password_changed',
  subjectId: userId,
  deviceId,
})

export const clientCreated = (clientId: string, scopes: readonly string[]): NewAuditEvent => ({
  type: 'client_created',
  subjectId: clientId,
  details: { scopes },
})

export const clientSecretCreated = (clientId: string, secretId: string): NewAuditEvent => ({
  type: 'client_secret_created',
  subjectId: clientId,
  details: { secretId },
})

export const clientDeleted = (clientId: string): NewAuditEvent => ({ type: 'client_deleted', subjectId: clientId })

export const keyRevoked = (kid: string): NewAuditEvent => ({ type: 'key_revoked', subjectId: kid })
