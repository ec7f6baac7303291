/** Why a command was not carried out, in words for the operator. `usage`: it could not be understood or configured. */
export class CommandError extends Error {
  readonly kind: 'failed' | 'usage'

  constructor(message: string, kind: 'failed' | 'usage' = 'failed') {
    super(message)
    this.kind = kind
  }
}
