/** Something a person can put right: the message alone is printed, in full, without a stack. */
export class StackError extends Error {
  override name = 'StackError'
}
