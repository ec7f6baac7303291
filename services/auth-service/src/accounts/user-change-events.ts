import type { NewAuditEvent } from '../audit/audit-event.ts'
import {
  emailChanged,
  emailVerified,
  roleChanged,
  userDisabled,
  userEnabled,
  userUpdated,
} from '../audit/security-events.ts'
import type { NewMail } from '../mail/mail.ts'
import type { User } from '../users/user.ts'

type Change = { readonly before: User; readonly after: User }

/** What the audit trail says of an administrator's change. @param clients that a user leaves behind who is disabled */
export function eventsOf({ before, after, clients = [] }: Change & { clients: string[] | undefined }): NewAuditEvent[] {
  const userId = after.id
  return [
    ...userUpdated({
      userId,
      before: { username: before.username, fullName: before.fullName },
      after: { username: after.username, fullName: after.fullName },
    }),
    ...emailChanged({ userId, before: before.email, after: after.email }),
    ...(after.emailVerified && !before.emailVerified ? [emailVerified({ userId, by: 'administrator' })] : []),
    ...roleChanged({ userId, before: before.roles, after: after.roles }),
    ...(after.status === 'disabled' && before.status !== 'disabled' ? [userDisabled({ userId, clients })] : []),
    ...(before.status === 'disabled' && after.status !== 'disabled' ? [userEnabled(userId)] : []),
  ]
}

/** What its owner hears of it. The notice of a new address goes to the old one; this change cannot be undone by a link. */
export function noticesOf({ before, after }: Change, at: Date): NewMail[] {
  if (before.status !== 'active') return []
  const userId = after.id
  const facts = { at: at.toISOString() }
  const hasNewRoles = roleChanged({ userId, before: before.roles, after: after.roles }).length > 0
  return [
    ...(after.email === before.email
      ? []
      : [{ kind: 'address_changed' as const, address: before.email, userId, facts }]),
    ...(hasNewRoles
      ? [{ kind: 'roles_changed' as const, address: after.email, userId, facts: { ...facts, roles: after.roles } }]
      : []),
  ]
}
