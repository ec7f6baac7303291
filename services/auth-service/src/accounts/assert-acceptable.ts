import { commonProblems } from '@latchkey/problems'
import type { PasswordOwner, PasswordPolicy } from '../users/password-policy.ts'

/**
 * @param path of the password in the request's body, as a JSON pointer
 * @throws `invalid_request` for a password that the policy refuses
 */
export async function assertAcceptablePassword(
  policy: PasswordPolicy,
  path: string,
  password: string,
  owner: PasswordOwner,
): Promise<void> {
  const message = await policy.objection(password, owner)
  if (message !== undefined) throw unacceptable(path, `The password ${message}.`, message)
}

const unacceptable = (path: string, detail: string, message: string): Error =>
  new commonProblems.invalid_request({ detail, errors: [{ path, message }] })
