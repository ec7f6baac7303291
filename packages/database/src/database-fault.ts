/** A database that cannot be used as it is, however long one waits. The message is for operators, and names the setting. */
export class DatabaseFault extends Error {
  readonly code: string

  constructor(message: string, code = 'DATABASE_FAULT', cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
