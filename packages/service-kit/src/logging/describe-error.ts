/** The part of an error that may be logged. Drivers add commands, arguments and rows to their errors; those are left out. */
export type LoggedError = {
  type: string
  message: string
  code?: string
  stack?: string
  cause?: LoggedError
  errors?: LoggedError[]
}

const DEPTH = 4

/** pino serializer of `err`. */
export function describeError(error: unknown, depth = DEPTH): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'a value that is no Error was thrown' }
  const described: LoggedError = { type: error.name, message: error.message }
  if ('code' in error && typeof error.code === 'string') described.code = error.code
  if (error.stack !== undefined) described.stack = error.stack
  if (depth === 0) return described
  if (error.cause !== undefined) described.cause = describeError(error.cause, depth - 1)
  if (error instanceof AggregateError)
    described.errors = error.errors.slice(0, 5).map((each) => describeError(each, depth - 1))
  return described
}
