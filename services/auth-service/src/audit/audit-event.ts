/** Every type of audit event, by what happened. */
export const AUDIT_EVENT_TYPES = [
  'user_registered',
  'login_succeeded',
  'login_failed',
  'refresh_token_reuse',
  'session_ended',
  'user_updated',
  'user_disabled',
  'user_enabled',
  'password_changed',
  'client_created',
  'client_secret_created',
  'client_deleted',
  'key_revoked',
] as const
export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number]

/** Who sent a request, and from where. `actorId` is null where the sender is not known. */
export type Origin = { readonly actorId: string | null; readonly ip: string; readonly requestId: string }

/** What happened to whom. Never a token or a secret. */
export type NewAuditEvent = {
  readonly type: AuditEventType
  /** `success` unless given. */
  readonly outcome?: 'success' | 'failure'
  /** The sender of the request unless given. */
  readonly actorId?: string | null
  readonly subjectId?: string | null
  readonly deviceId?: string | null
  readonly details?: Readonly<Record<string, unknown>>
}

/** An event as it was recorded: who did what to whom, from where, when. */
export type AuditEvent = Required<NewAuditEvent> & {
  readonly id: string
  readonly at: Date
  readonly ip: string
  readonly requestId: string
}
