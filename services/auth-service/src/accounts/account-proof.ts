import type { AuditTrail } from '../audit/create-audit.ts'
import { passwordRefused } from '../audit/security-events.ts'
import { problems } from '../errors.ts'
import type { ClientContext } from '../sessions/session.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { SignInLimiter } from '../users/sign-in-limiter.ts'
import { type Account, uniqueKey } from '../users/user.ts'

/** What came beside a link to show that the account is the caller's, too. */
export type AccountProof = {
  /** The user behind a live access token. */
  readonly userId?: string | undefined
  readonly password?: string | undefined
}

/**
 * Checks that the holder of a link may also sign in to its account. A reader of another person's mail stops here, and so does a person
 * whose mailbox was named for the account of another.
 * @throws `sign_in_required`; `too_many_requests`, as wrong passwords count as they do at sign-in
 */
export type AssertOwner = (
  account: Account,
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
  readonly limiter: SignInLimiter
}

export function createAssertOwner({ audit, hasher, limiter }: Dependencies): AssertOwner {
  return async ({ user, passwordHash }, { userId, password }, { client, operation }) => {
    if (userId === user.id) return
    if (password === undefined) throw new problems.sign_in_required()
    const attempt = { accountName: uniqueKey(user.email), address: client.ip }
    await limiter.begin(attempt)
    if (!(await hasher.verify(passwordHash, password))) {
      audit.refuse(client, passwordRefused(user.id, operation))
      throw new problems.sign_in_required()
    }
    await limiter.succeeded(attempt)
  }
}
