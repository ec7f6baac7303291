/** Everything that is written down, by what happened. */
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

/** Where a request came from and who sent it. `actorId` is null as long as nobody is known to be signed in. */
export type Origin = { readonly actorId: string | null; readonly ip: string; readonly requestId: string }

/** Who did what to whom, from where, when. Never a token or a secret. */
export type AuditEvent = {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly type: AuditEventType
  readonly outcome: 'success' | 'failure'
  readonly actorId: string | null
  readonly subjectId: string | null
  readonly deviceId: string | null
  readonly ip: string
  readonly requestId: string
  readonly details: Readonly<Record<string, unknown>>
}
