import { emailVerified, invitationAccepted } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { LinkService } from '../links/link-service.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Grant } from '../sessions/grant.ts'
import type { SignIn, SignInAfter } from '../sessions/sign-in.ts'
import { acceptInvitation } from '../users/invitation-repository.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import { assertAcceptablePassword, assertAcceptableUsername } from './assert-acceptable.ts'
import { beforeChange } from './change-deadlines.ts'
import { assertMakerHolds } from './link-authority.ts'
import { toConflict } from './to-conflict.ts'

export type Acceptance = {
  readonly token: string
  readonly password: string
  readonly username?: string | undefined
  readonly fullName?: string | undefined
}

/**
 * Makes an invited account active and signs in to it, in one transaction: of two who have the link one comes in.
 * @throws `invalid_link`; `username_taken` and `invalid_request` for a password or a user name that is not
 * acceptable leave the link good
 */
export type AcceptInvitation = (acceptance: Acceptance, signIn: SignIn) => Promise<Grant>

type Dependencies = {
  readonly db: AuthDatabase
  readonly links: LinkService
  readonly signInAfter: SignInAfter
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly permissions: Permissions
}

export function createAcceptInvitation(dependencies: Dependencies): AcceptInvitation {
  const { db, links, signInAfter, hasher, policy, permissions } = dependencies

  /** @returns the hash of the password */
  async function check({ token, password, username, fullName }: Acceptance): Promise<string> {
    const { user } = (await links.find(db, token, 'invitation')).account
    if (username !== undefined && username !== user.username) assertAcceptableUsername(username)
    const owner = { email: user.email, username: username ?? user.username, fullName: fullName ?? user.fullName }
    const standing = 'link_holder'
    await assertAcceptablePassword(policy, { path: '/password', password, owner, standing })
    return hasher.hash(password, standing)
  }

  return async (acceptance, signIn) => {
    const passwordHash = await beforeChange(check(acceptance))
    const { token, username, fullName } = acceptance
    try {
      return await signInAfter(
        async (trx, audit) => {
          const accessPolicy = await permissions.share(trx)
          const opened = await links.open(trx, token, 'invitation')
          const { isVouched } = await assertMakerHolds(trx, opened, accessPolicy)
          const { link, account } = opened
          await links.use(trx, link)
          // A link that its maker has seen proves no mailbox; the maker may vouch for it.
          const isVerified = !link.shown || isVouched
          const accepted = await acceptInvitation(trx, account, { passwordHash, username, fullName, isVerified })
          const userId = accepted.user.id
          await audit(invitationAccepted(userId))
          if (accepted.user.emailVerified && !account.user.emailVerified) {
            await audit(emailVerified({ userId, by: 'invitation' }))
          }
          return accepted
        },
        { ...signIn, isFirst: true },
      )
    } catch (error) {
      throw toConflict(error)
    }
  }
}
