import type { AuditTrail } from '../audit/create-audit.ts'
import { passwordRefused } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { ClientContext, SessionKey } from '../sessions/session.ts'
import type { PasswordGuesses } from '../users/password-guesses.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { Account } from '../users/user.ts'
import { findAccountForShare } from '../users/user-repository.ts'

/**
 * The account of a user who is signed in and gave the password again. A stolen access token must not be worth the account: guesses
 * are limited by session and account. What strangers guess at sign-in does not count here.
 * @throws `wrong_password`, `too_many_requests`, `user_not_found`
 */
export type CheckCurrentPassword = (
  session: SessionKey,
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
  readonly guesses: PasswordGuesses
}

export function createCheckCurrentPassword({ db, audit, hasher, guesses }: Dependencies): CheckCurrentPassword {
  return async (session, password, { client, operation }) => {
    const { userId } = session
    const account = await findAccountForShare(db, userId)
    if (!account) throw new problems.user_not_found()
    const isRight = await guesses.inSession(session, () => hasher.verify(account.passwordHash, password, 'signed_in'))
    if (!isRight) {
      audit.refuse(client, passwordRefused(userId, operation))
      throw new problems.wrong_password()
    }
    return account
  }
}
