import type { AppInstance } from '@latchkey/service-kit'
import type { RequestPasswordReset } from '../../../accounts/administrator-reset.ts'
import type { Invitations } from '../../../accounts/invitations.ts'
import type { UserAdministration } from '../../../accounts/user-administration.ts'
import type { EraseUser } from '../../../accounts/user-erasure.ts'
import type { AuditTrail } from '../../../audit/create-audit.ts'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import type { KeyService } from '../../../keys/key-service.ts'
import type { PolicyAdministration } from '../../../permissions/policy-administration.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { requireOneOf } from '../../require-one-of.ts'
import { changeClientRoute } from './change-client.ts'
import { changeUserRoute } from './change-user.ts'
import { createClientRoute } from './create-client.ts'
import { createClientSecretRoute } from './create-client-secret.ts'
import { deleteClientRoute } from './delete-client.ts'
import { deleteClientSecretRoute } from './delete-client-secret.ts'
import { eraseUserRoute } from './erase-user.ts'
import { getUserRoute } from './get-user.ts'
import { inviteUserRoute } from './invite-user.ts'
import { listAuditEventsRoute } from './list-audit-events.ts'
import { listClientsRoute } from './list-clients.ts'
import { listInvitationsRoute } from './list-invitations.ts'
import { listUserSessionsRoute } from './list-user-sessions.ts'
import { listUsersRoute } from './list-users.ts'
import { policyRoutes } from './policy/index.ts'
import { renewInvitationRoute } from './renew-invitation.ts'
import { resetUserPasswordRoute } from './reset-user-password.ts'
import { revokeKeyRoute } from './revoke-key.ts'
import { revokeUserSessionRoute } from './revoke-user-session.ts'
import { revokeUserSessionsRoute } from './revoke-user-sessions.ts'
import { withdrawInvitationRoute } from './withdraw-invitation.ts'

type Services = {
  readonly administration: UserAdministration
  readonly invitations: Invitations
  readonly eraseUser: EraseUser
  readonly requestPasswordReset: RequestPasswordReset
  readonly sessions: SessionService
  readonly clientAdministration: ClientAdministration
  readonly keys: KeyService
  readonly audit: AuditTrail
  readonly policyAdministration: PolicyAdministration
}

/** Everything under /admin, by the scope that a call needs. */
export async function adminRoutes(app: AppInstance, services: Services): Promise<void> {
  const { administration, invitations, eraseUser, sessions, clientAdministration, keys, audit } = services
  await app.register(usersRead, { prefix: '/users' })
  await app.register(usersInvite, { prefix: '/users' })
  await app.register(invitationsRead, { prefix: '/invitations' })
  await app.register(usersChange, { prefix: '/users' })
  await app.register(usersWrite, { prefix: '/users' })
  await app.register(sessionsRead, { prefix: '/users/:userId/sessions' })
  await app.register(sessionsRevoke, { prefix: '/users/:userId/sessions' })
  await app.register(clientsManage, { prefix: '/clients' })
  await app.register(keysManage, { prefix: '/keys' })
  await app.register(policyRoutes, { policyAdministration: services.policyAdministration })
  await app.register(auditRead, { prefix: '/audit' })

  /** With `users:invite` alone one's own invitees are all that there is. */
  async function usersRead(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.authenticate)
    scoped.addHook('onRequest', requireOneOf('users:read', 'users:invite'))
    listUsersRoute(scoped, administration)
    getUserRoute(scoped, administration)
  }

  async function usersInvite(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('users:invite'))
    inviteUserRoute(scoped, invitations)
    renewInvitationRoute(scoped, invitations)
    withdrawInvitationRoute(scoped, invitations)
  }

  async function invitationsRead(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.authenticate)
    scoped.addHook('onRequest', requireOneOf('users:read', 'users:invite'))
    listInvitationsRoute(scoped, invitations)
  }

  /** `users:write`, or `users:disable` for disabling alone: the route checks which of them the change needs. */
  async function usersChange(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.authenticate)
    changeUserRoute(scoped, administration)
  }

  async function usersWrite(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('users:write'))
    eraseUserRoute(scoped, eraseUser)
    resetUserPasswordRoute(scoped, services.requestPasswordReset)
  }

  async function sessionsRead(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('sessions:read'))
    listUserSessionsRoute(scoped, services)
  }

  async function sessionsRevoke(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('sessions:revoke'))
    revokeUserSessionRoute(scoped, sessions)
    revokeUserSessionsRoute(scoped, sessions)
  }

  async function clientsManage(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('clients:manage'))
    listClientsRoute(scoped, clientAdministration)
    createClientRoute(scoped, clientAdministration)
    changeClientRoute(scoped, clientAdministration)
    createClientSecretRoute(scoped, clientAdministration)
    deleteClientSecretRoute(scoped, clientAdministration)
    deleteClientRoute(scoped, clientAdministration)
  }

  async function keysManage(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('clients:manage'))
    revokeKeyRoute(scoped, keys)
  }

  async function auditRead(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('audit:read'))
    listAuditEventsRoute(scoped, audit)
  }
}
