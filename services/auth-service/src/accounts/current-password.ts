import type { AuditTrail } from '../audit/create-audit.ts'
import { passwordRefused } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { ClientContext } from '../sessions/session.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { SignInLimiter } from '../users/sign-in-limiter.ts'
import { type Account, uniqueKey } from '../users/user.ts'
import { findAccountForShare } from '../users/user-repository.ts'

/**
 * The account of a user who is signed in and gave the password again. A stolen access token must not be worth the account: guesses
 * here count as they do at sign-in.
 * @throws `wrong_password`, `too_many_requests`, `user_not_found`
 */
export type CheckCurrentPassword = (
  userId: string,
  password: string,
  asked: {
    readonly client: ClientContext
    /** The route's own name, for the audit trail. */
    readonly operation: string
  },
) => Promise<Account>

type Dependencies = {
  readonly db: AuthDatabase
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly hasher: PasswordHasher
  readonly limiter: SignInLimiter
}

export function createCheckCurrentPassword({ db, audit, hasher, limiter }: Dependencies): CheckCurrentPassword {
  return async (userId, password, { client, operation }) => {
    const account = await findAccountForShare(db, userId)
    if (!account) throw new problems.user_not_found()
    const attempt = { accountName: uniqueKey(account.user.email), address: client.ip }
    await limiter.begin(attempt)
    if (!(await hasher.verify(account.passwordHash, password))) {
      audit.refuse(client, passwordRefused(userId, operation))
      throw new problems.wrong_password()
    }
    await limiter.succeeded(attempt)
    return account
  }
}
