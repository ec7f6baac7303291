import fastifyCookie from '@fastify/cookie'
import type { AppInstance } from '@latchkey/service-kit'
import type { Authentication } from '../../../accounts/authentication.ts'
import type { EmailChange } from '../../../accounts/email-change.ts'
import type { UndoEmailChange } from '../../../accounts/email-undo.ts'
import type { AcceptInvitation } from '../../../accounts/invitation-acceptance.ts'
import type { ChangePassword } from '../../../accounts/password-change.ts'
import type { PasswordRecovery } from '../../../accounts/password-recovery.ts'
import type { ChangeProfile } from '../../../accounts/profile-change.ts'
import type { Register } from '../../../accounts/registration.ts'
import type { Verification } from '../../../accounts/verification.ts'
import type { ClientService } from '../../../clients/client-service.ts'
import type { KnownDevices } from '../../../devices/known-devices.ts'
import type { FloodLimits } from '../../../limits/flood-store.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { requireUser } from '../../bearer-check.ts'
import { limitRefusedLinks } from '../../flood-limits.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { acceptInvitationRoute } from './accept-invitation.ts'
import { accessCookieRoute } from './access-cookie.ts'
import { changeMeRoute } from './change-me.ts'
import { changePasswordRoute } from './change-password.ts'
import { confirmEmailChangeRoute } from './confirm-email-change.ts'
import { confirmVerificationRoute } from './confirm-verification.ts'
import { declineVerificationRoute } from './decline-verification.ts'
import { forgotPasswordRoute } from './forgot-password.ts'
import { getMeRoute } from './get-me.ts'
import { getOptionsRoute, type SignInOptions } from './get-options.ts'
import { listSessionsRoute } from './list-sessions.ts'
import { loginRoute } from './login.ts'
import { logoutRoute } from './logout.ts'
import { logoutAllRoute } from './logout-all.ts'
import { refreshRoute } from './refresh.ts'
import { registerRoute } from './register.ts'
import { requestEmailChangeRoute } from './request-email-change.ts'
import { requestVerificationRoute } from './request-verification.ts'
import { resetPasswordRoute } from './reset-password.ts'
import { revokeOtherSessionsRoute } from './revoke-other-sessions.ts'
import { revokeSessionRoute } from './revoke-session.ts'
import { undoEmailChangeRoute } from './undo-email-change.ts'

type Services = {
  readonly options: SignInOptions
  readonly register: Register
  readonly changeProfile: ChangeProfile
  readonly acceptInvitation: AcceptInvitation
  readonly verification: Verification
  readonly authentication: Authentication
  readonly changePassword: ChangePassword
  readonly recovery: PasswordRecovery
  readonly emailChange: EmailChange
  readonly undoEmailChange: UndoEmailChange
  readonly clients: ClientService
  readonly sessions: SessionService
  readonly devices: KnownDevices
  readonly findLiveBearer: FindLiveBearer
  readonly passwordMinLength: number
  readonly limits: FloodLimits
  readonly allowedOrigins: readonly string[]
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Everything under /auth, by who may call it. */
export async function authRoutes(app: AppInstance, services: Services): Promise<void> {
  const { sessions } = services
  // Cookies are only written with it; reading them is stricter than it is.
  await app.register(fastifyCookie, { hook: false })
  await app.register(anyone)
  await app.register(tokenHolders)
  await app.register(users)

  async function anyone(open: AppInstance): Promise<void> {
    getOptionsRoute(open, services.options)
    registerRoute(open, services)
    loginRoute(open, services)
    accessCookieRoute(open, services)
    await open.register(verification, { prefix: '/verification' })
    await open.register(passwordRecovery, { prefix: '/password' })
    await open.register(linkHolders)
  }

  async function verification(open: AppInstance): Promise<void> {
    requestVerificationRoute(open, services.verification)
  }

  async function passwordRecovery(open: AppInstance): Promise<void> {
    forgotPasswordRoute(open, services.recovery)
  }

  async function linkHolders(open: AppInstance): Promise<void> {
    limitRefusedLinks(open)
    await open.register(invitationLinks, { prefix: '/invitations' })
    await open.register(verificationLinks, { prefix: '/verification' })
    await open.register(resetLinks, { prefix: '/password' })
    await open.register(emailLinks, { prefix: '/email' })
  }

  async function invitationLinks(open: AppInstance): Promise<void> {
    acceptInvitationRoute(open, services)
  }

  /** The link, and for all but declining it the account as well: the routes check the account. */
  async function verificationLinks(open: AppInstance): Promise<void> {
    confirmVerificationRoute(open, services)
    declineVerificationRoute(open, services.verification)
  }

  async function resetLinks(open: AppInstance): Promise<void> {
    resetPasswordRoute(open, services)
  }

  async function emailLinks(open: AppInstance): Promise<void> {
    confirmEmailChangeRoute(open, services)
    undoEmailChangeRoute(open, services.undoEmailChange)
  }

  async function tokenHolders(open: AppInstance): Promise<void> {
    refreshRoute(open, services)
    logoutRoute(open, services)
  }

  async function users(signedIn: AppInstance): Promise<void> {
    signedIn.addHook('onRequest', signedIn.authenticate)
    signedIn.addHook('onRequest', requireUser)
    changePasswordRoute(signedIn, services)
    requestEmailChangeRoute(signedIn, services.emailChange)
    logoutAllRoute(signedIn, sessions)
    await signedIn.register(ownProfile, { prefix: '/me' })
    await signedIn.register(ownSessions, { prefix: '/sessions' })
  }

  async function ownProfile(signedIn: AppInstance): Promise<void> {
    getMeRoute(signedIn)
    changeMeRoute(signedIn, services.changeProfile)
  }

  async function ownSessions(signedIn: AppInstance): Promise<void> {
    listSessionsRoute(signedIn, sessions)
    revokeSessionRoute(signedIn, sessions)
    revokeOtherSessionsRoute(signedIn, sessions)
  }
}
