import type { NewAuditEvent } from './audit-event.ts'
import { type Change, changed } from './change.ts'

// One function per event, of plain facts. Those that return a list return none where nothing has changed: `audit(...roleChanged(…))`.

type User = { readonly userId: string }
type Device = User & { readonly deviceId: string }
type Session = Device & { readonly sid: string }
type Profile = { readonly email?: string; readonly username?: string; readonly fullName?: string | null }

/** Of those who act on their own account, with a link or a password and without a token. */
const byOwner = (type: NewAuditEvent['type'], userId: string): NewAuditEvent => ({
  type,
  actorId: userId,
  subjectId: userId,
})

export const userRegistered = (userId: string): NewAuditEvent => byOwner('user_registered', userId)

/** Without what was typed. @param why the code of the answer */
export const registrationRefused = (why: string): NewAuditEvent => ({
  type: 'registration_refused',
  outcome: 'failure',
  details: { why },
})

export const loginSucceeded = ({ userId, deviceId }: Device): NewAuditEvent => ({
  ...byOwner('login_succeeded', userId),
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

/** Another person, or a service client, has read the user's devices. */
export const sessionsViewed = (userId: string): NewAuditEvent => ({ type: 'sessions_viewed', subjectId: userId })

/** Roles have an event of their own, and so have status and a change of address by its owner. */
export const userUpdated = ({ userId, before, after }: User & Change<Profile>): NewAuditEvent[] =>
  changed({ before, after }).map(({ names, ...values }) => ({
    type: 'user_updated',
    subjectId: userId,
    details: { changed: names },
    personal: values,
  }))

/** Ids of the service clients that the user made, or holds a secret of: they go on working. */
type LeftBehind = { readonly clients: readonly string[] }

export const userDisabled = ({ userId, clients }: User & LeftBehind): NewAuditEvent => ({
  type: 'user_disabled',
  subjectId: userId,
  details: { clients },
})

/** A service client was to disable the user. @param why the code of the answer */
export const userDisablingRefused = (userId: string, why: string): NewAuditEvent => ({
  type: 'user_disabling_refused',
  outcome: 'failure',
  subjectId: userId,
  details: { why },
})

export const userEnabled = (userId: string): NewAuditEvent => ({ type: 'user_enabled', subjectId: userId })

/**
 * @param why `requested` by an administrator, `declined` by the owner of the address, `unverified` for too long, `invited`: the
 * account gave way to an invitation of its address, `withdrawn`: its invitation was, before anybody accepted it
 */
export const userErased = ({
  userId,
  why,
  clients,
}: User & LeftBehind & { why: 'requested' | 'declined' | 'unverified' | 'invited' | 'withdrawn' }): NewAuditEvent => ({
  type: 'user_erased',
  subjectId: userId,
  details: { why, clients },
})

export const roleChanged = ({ userId, before, after }: User & Change<readonly string[]>): NewAuditEvent[] =>
  changed({ before: { roles: [...before].sort() }, after: { roles: [...after].sort() } }).map(
    ({ names, ...values }) => ({
      type: 'role_changed',
      subjectId: userId,
      details: { changed: names, ...values },
    }),
  )

/** By the settings or on the command line: by those who run the service. */
export const administratorCreated = ({ userId, email }: User & { email: string }): NewAuditEvent => ({
  type: 'administrator_created',
  subjectId: userId,
  personal: { email },
})

/** Also for an invitation that is sent again. */
export const userInvited = ({
  userId,
  email,
  roles,
}: User & { email: string; roles: readonly string[] }): NewAuditEvent => ({
  type: 'user_invited',
  subjectId: userId,
  details: { roles },
  personal: { email },
})

export const invitationAccepted = (userId: string): NewAuditEvent => byOwner('invitation_accepted', userId)

export const invitationWithdrawn = (userId: string): NewAuditEvent => ({
  type: 'invitation_withdrawn',
  subjectId: userId,
})

/** @param by what proved the mailbox */
export const emailVerified = ({
  userId,
  by,
}: User & {
  by: 'verification' | 'invitation' | 'password_reset' | 'email_change' | 'administrator'
}): NewAuditEvent => ({
  type: 'email_verified',
  subjectId: userId,
  details: { by },
  ...(by !== 'administrator' && { actorId: userId }),
})

/** @param email the new address, not confirmed yet */
export const emailChangeRequested = ({ userId, email }: User & { email: string }): NewAuditEvent => ({
  type: 'email_change_requested',
  subjectId: userId,
  personal: { email },
})

/** By the sender of the request: the owner who confirmed it, or an administrator. */
export const emailChanged = (change: User & Change<string>): NewAuditEvent[] => addressEvent('email_changed', change)

/** @param change `after` is the restored address */
export const emailChangeUndone = (change: User & Change<string>): NewAuditEvent[] =>
  addressEvent('email_change_undone', change).map((event) => ({ ...event, actorId: change.userId }))

const addressEvent = (type: NewAuditEvent['type'], { userId, before, after }: User & Change<string>): NewAuditEvent[] =>
  changed({ before: { email: before }, after: { email: after } }).map(({ names, ...values }) => ({
    type,
    subjectId: userId,
    details: { changed: names },
    personal: values,
  }))

/** By anyone who knows the address, or by an administrator. */
export const passwordResetRequested = (userId: string): NewAuditEvent => ({
  type: 'password_reset_requested',
  subjectId: userId,
})

/** @param by `user`: with the current password */
export const passwordChanged = ({
  userId,
  deviceId = null,
  by = 'user',
}: User & { deviceId?: string | null; by?: 'user' | 'password_reset' | 'command' }): NewAuditEvent => ({
  type: 'password_changed',
  subjectId: userId,
  deviceId,
  details: { by },
  ...(by === 'password_reset' && { actorId: userId }),
})

/** A user who is signed in, or has a link of the account, gave a wrong password of it. @param operation the route's own name */
export const passwordRefused = (userId: string, operation: string): NewAuditEvent => ({
  type: 'password_refused',
  outcome: 'failure',
  subjectId: userId,
  details: { operation },
})
