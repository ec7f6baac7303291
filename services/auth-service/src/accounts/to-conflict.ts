import { isUniqueViolation } from '@latchkey/database'
import { problems } from '../errors.ts'
import { isUsernameTaken } from '../users/user-repository.ts'

/** The public face of an address or a user name that another account has; other errors as they are. */
export function toConflict(error: unknown): unknown {
  if (isUniqueViolation(error, 'users_email_key')) return new problems.email_taken({ cause: error })
  if (isUsernameTaken(error)) return new problems.username_taken({ cause: error })
  return error
}
