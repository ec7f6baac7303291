/** The user can fix it: programs print the message alone, in full, without a stack trace. */
export class UserFacingError extends Error {
  override name = 'UserFacingError'
}
