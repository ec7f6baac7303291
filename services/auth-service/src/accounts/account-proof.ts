import type { AuditTrail } from '../audit/create-audit.ts'
import { passwordRefused } from '../audit/security-events.ts'
import { problems } from '../errors.ts'
import type { OpenedLink } from '../links/link-service.ts'
import type { ClientContext } from '../sessions/session.ts'
import type { PasswordGuesses } from '../users/password-guesses.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'

/** What came beside a link to show that the account is the caller's, too. */
export type AccountProof = {
  /** The user behind a live access token. */
  readonly userId?: string | undefined
  readonly password?: string | undefined
}

/**
 * Checks that the holder of a link may also sign in to its account. A reader of another person's mail stops here, and so does a person
 * whose mailbox was named for the account of another.
 * @throws `sign_in_required`; `too_many_requests` after too many wrong passwords with this link, or with all of the account
 */
export type AssertOwner = (
  opened: OpenedLink,
  proof: AccountProof,
  asked: {
    readonly client: ClientContext
    /** The route's own name, for the audit trail. */
    readonly operation: string
  },
) => Promise<void>

type Dependencies = {
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly hasher: PasswordHasher
  readonly guesses: PasswordGuesses
}

export function createAssertOwner({ audit, hasher, guesses }: Dependencies): AssertOwner {
  return async ({ link, account: { user, passwordHash } }, { userId, password }, { client, operation }) => {
    if (userId === user.id) return
    if (password === undefined) throw new problems.sign_in_required()
    if (!(await guesses.withLink(link, () => hasher.verify(passwordHash, password, 'link_holder')))) {
      audit.refuse(client, passwordRefused(user.id, operation))
      throw new problems.sign_in_required()
    }
  }
}
