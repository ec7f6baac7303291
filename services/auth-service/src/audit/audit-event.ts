/** Every type of audit event, by what happened. docs/audit.md says what each of them means. */
export const AUDIT_EVENT_TYPES = [
  'user_registered',
  'registration_refused',
  'login_succeeded',
  'login_failed',
  'refresh_token_reuse',
  'session_ended',
  'sessions_viewed',
  'user_updated',
  'user_disabled',
  'user_disabling_refused',
  'user_enabled',
  'user_erased',
  'role_changed',
  'administrator_created',
  'user_invited',
  'invitation_accepted',
  'invitation_withdrawn',
  'email_verified',
  'email_change_requested',
  'email_changed',
  'email_change_undone',
  'password_reset_requested',
  'password_changed',
  'password_refused',
  'link_refused',
  'scope_created',
  'scope_updated',
  'scope_deleted',
  'role_created',
  'role_updated',
  'role_deleted',
  'client_created',
  'client_updated',
  'client_secret_created',
  'client_secret_deleted',
  'client_deleted',
  'client_authentication_failed',
  'access_denied',
  'csrf_rejected',
  'rate_limited',
  'key_revoked',
  'audit_erased',
  'audit_trimmed',
] as const
export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number]

/** Who sent a request, and from where. `actorId` is null where the sender is not known. */
export type Origin = {
  readonly actorId: string | null
  readonly ip: string
  /** Of our own, unique. */
  readonly requestId: string
  /** What the caller has put into `X-Request-Id`, if it was sane. */
  readonly callerRequestId?: string | null
  /** At most 256 characters, none of them a control character; empty when there is none. */
  readonly userAgent?: string
}

/** What causes an event without a request. */
export type OwnOrigin = {
  /** Null unless an operator ran a command. */
  readonly actorId: string | null
  readonly ip: null
  readonly requestId: null
  /** `several`: refusals of callers that are not kept apart. */
  readonly source: 'settings' | 'housekeeping' | 'several' | 'command'
}

/** @param source shown in the details of the event */
export const ownOrigin = (source: OwnOrigin['source'], actorId: string | null = null): OwnOrigin => ({
  actorId,
  ip: null,
  requestId: null,
  source,
})

export type AuditOrigin = Origin | OwnOrigin

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
  /** More details, which say who the subject is: names and addresses. They go when the subject is erased. */
  readonly personal?: Readonly<Record<string, unknown>>
}

/** An event as it was recorded: who did what to whom, from where, when. What was erased is null, or missing in `details`. */
export type AuditEvent = Required<Omit<NewAuditEvent, 'personal'>> & {
  readonly id: string
  /** Of the first, where refusals were folded. */
  readonly at: Date
  readonly lastAt: Date
  /** How many refusals this is; 1 of everything else. */
  readonly count: number
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  readonly callerRequestId: string | null
}
