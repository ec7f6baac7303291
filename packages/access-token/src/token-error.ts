export type TokenErrorCode = 'invalid_token' | 'token_expired'

/**
 * A token was refused. Only `code` is fit for the holder: the message says which check failed and belongs in the log,
 * since a forger must not be able to use the verifier as an oracle.
 */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly code: TokenErrorCode

  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error
    // Forgeries may be many: a stack takes longer than the check that failed, and the message says all.
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
  }
}

/** The token names a key that is not in the ring. It may be one that this verifier does not have yet. */
export class UnknownKeyError extends TokenError {
  constructor() {
    super('invalid_token', 'unknown kid')
  }
}
