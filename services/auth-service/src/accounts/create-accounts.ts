import type { Log } from '@latchkey/problems'
import type { AuditTrail } from '../audit/create-audit.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { Limits } from '../limits/create-limits.ts'
import type { LinkService } from '../links/link-service.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { TokenSize } from '../permissions/token-size.ts'
import type { AccountMarks } from '../reconciliation/redis-account-marks.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionService } from '../sessions/session-service.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { Users } from '../users/create-users.ts'
import { createAssertOwner } from './account-proof.ts'
import { createAccountQuotas, type QuotaLimits } from './account-quotas.ts'
import { createRequestPasswordReset, type RequestPasswordReset } from './administrator-reset.ts'
import { type Authentication, createAuthentication } from './authentication.ts'
import { createCheckCurrentPassword } from './current-password.ts'
import { createEmailChange, type EmailChange } from './email-change.ts'
import { createUndoEmailChange, type UndoEmailChange } from './email-undo.ts'
import { createErasure, type Erasure } from './erasure.ts'
import { createHandOver } from './handed-link.ts'
import { type AcceptInvitation, createAcceptInvitation } from './invitation-acceptance.ts'
import { createInvitationQuota } from './invitation-quota.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import { type ChangePassword, createChangePassword } from './password-change.ts'
import { createPasswordRecovery, type PasswordRecovery } from './password-recovery.ts'
import { type ChangeProfile, createChangeProfile } from './profile-change.ts'
import { createReportRefusedDisabling } from './refused-disabling.ts'
import { createRegister, type Register } from './registration.ts'
import type { RegistrationConfig } from './registration-settings.ts'
import { createEraseUnverified } from './unverified-accounts.ts'
import { createUserAdministration, type UserAdministration } from './user-administration.ts'
import { createEraseUser, type EraseUser } from './user-erasure.ts'
import { createVerification, type Verification } from './verification.ts'

type Dependencies = Users & {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly audit: AuditTrail
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly publisher: RevocationPublisher
  readonly marks: AccountMarks
  readonly sessions: Pick<SessionService, 'renew' | 'signInAfter'>
  readonly devices: KnownDevices
  readonly limits: Pick<Limits, 'floods'>
  /** The production choices unless given. */
  readonly accountQuotas?: QuotaLimits | undefined
  readonly links: LinkService
  readonly outbox: MailOutbox
  readonly registration: RegistrationConfig
  readonly showsLinks: boolean
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  readonly log: Pick<Log, 'warn'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Use cases over users and their sessions. */
export type Accounts = {
  readonly register: Register
  readonly changeProfile: ChangeProfile
  readonly authentication: Authentication
  readonly changePassword: ChangePassword
  readonly recovery: PasswordRecovery
  readonly emailChange: EmailChange
  readonly undoEmailChange: UndoEmailChange
  readonly administration: UserAdministration
  readonly acceptInvitation: AcceptInvitation
  readonly verification: Verification
  readonly invitations: Invitations
  readonly erasure: Erasure
  /** To be repeated. */
  readonly eraseUnverified: () => Promise<void>
  readonly eraseUser: EraseUser
  readonly requestPasswordReset: RequestPasswordReset
}

export function createAccounts(dependencies: Dependencies): Accounts {
  const { registration } = dependencies
  const { renew, signInAfter } = dependencies.sessions
  const erasure = createErasure(dependencies)
  const quotas = createAccountQuotas(dependencies)
  const checkCurrentPassword = createCheckCurrentPassword(dependencies)
  const handOver = createHandOver(dependencies)
  const assertOwner = createAssertOwner(dependencies)
  return {
    register: createRegister({ ...dependencies, signInAfter }),
    changeProfile: createChangeProfile({ ...dependencies, quotas }),
    authentication: createAuthentication({
      ...dependencies,
      quotas,
      needsVerifiedAddress: registration.domains !== undefined,
    }),
    changePassword: createChangePassword({ ...dependencies, renew, checkCurrentPassword, quotas }),
    recovery: createPasswordRecovery(dependencies),
    emailChange: createEmailChange({
      ...dependencies,
      checkCurrentPassword,
      quotas,
      assertOwner,
      domains: registration.domains,
    }),
    undoEmailChange: createUndoEmailChange(dependencies),
    administration: createUserAdministration({
      ...dependencies,
      reportRefusedDisabling: createReportRefusedDisabling(dependencies),
    }),
    acceptInvitation: createAcceptInvitation({ ...dependencies, signInAfter }),
    verification: createVerification({ ...dependencies, erasure, assertOwner }),
    invitations: createInvitations({
      ...dependencies,
      handOver,
      erasure,
      invitationQuota: createInvitationQuota(dependencies),
      invitationDomains: registration.invitationDomains,
    }),
    erasure,
    eraseUnverified: createEraseUnverified({ ...dependencies, erasure }),
    eraseUser: createEraseUser({ ...dependencies, erasure }),
    requestPasswordReset: createRequestPasswordReset({ ...dependencies, handOver }),
  }
}
