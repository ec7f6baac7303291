/** Why there is no response. Only the code of the original error is kept: errors of parsers carry received bytes. */
export class ConnectionFailure {
  /** A code of Node or undici such as ECONNRESET. */
  readonly reason: string
  /** No connection was made, so that the service can't have seen the request. */
  readonly neverSent: boolean

  constructor(reason: string, neverSent: boolean) {
    this.reason = reason
    this.neverSent = neverSent
  }
}

/** fetch wraps the original error in a TypeError or two. */
const DEPTH = 4

export function describeFailure(error: unknown): ConnectionFailure {
  let reason: string | undefined
  let neverSent = false
  for (let depth = 0, each = error; depth < DEPTH && each instanceof Error; depth++, each = each.cause) {
    reason ??= codeOf(each)
    neverSent ||= failedToConnect(each)
  }
  return new ConnectionFailure(reason ?? 'connection failed', neverSent)
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : undefined
}

function failedToConnect(error: Error): boolean {
  // A name with several addresses: all of them were tried.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((each) => each instanceof Error && failedToConnect(each))
  }
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true
  return codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT'
}
