import { commonProblems } from '@latchkey/problems'
import type { Standing } from '../limits/admission.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import type { PasswordOwner } from '../users/password-rules.ts'
import { usernameObjection } from '../users/username-policy.ts'

type NewPassword = {
  /** Of the password in the request's body, as a JSON pointer. */
  readonly path: string
  readonly password: string
  readonly owner: PasswordOwner
  readonly standing: Standing
}

/**
 * @throws `invalid_request` for a password that the policy refuses
 */
export async function assertAcceptablePassword(
  policy: PasswordPolicy,
  { path, password, owner, standing }: NewPassword,
): Promise<void> {
  const message = await policy.objection(password, owner, standing)
  if (message !== undefined) throw unacceptable(path, `The password ${message}.`, message)
}

/**
 * To be called wherever a user name is set: by registration, invitation, its acceptance, and changes of either kind. A name that an
 * account has already is not checked again.
 * @throws `invalid_request` for a user name that is reserved or may be mistaken for another
 */
export function assertAcceptableUsername(username: string, path = '/username'): void {
  const message = usernameObjection(username)
  if (message !== undefined) throw unacceptable(path, `The user name ${message}.`, message)
}

const unacceptable = (path: string, detail: string, message: string): Error =>
  new commonProblems.invalid_request({ detail, errors: [{ path, message }] })
