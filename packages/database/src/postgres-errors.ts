import { DatabaseFault } from './database-fault.ts'

const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'
const CHECK_VIOLATION = '23514'

/** The row exists already. With `constraint`: by that constraint or unique index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, UNIQUE_VIOLATION, constraint)
}

/** The row refers to one that does not exist, or another row refers to it. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, FOREIGN_KEY_VIOLATION, constraint)
}

/** The row breaks a rule of its table: a check constraint, or a trigger that reports as one. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, CHECK_VIOLATION, constraint)
}

/** No schema, or no table, has that name. */
export function isUndefinedName(error: unknown): boolean {
  return error instanceof Error && ['3F000', '42P01'].includes(codeOf(error) ?? '')
}

const STALE_PLAN = 'RevalidateCachedQuery'

/** A table was changed under a statement that had been prepared. Another connection prepares it again. */
export function isStalePlan(error: unknown): boolean {
  // The message is in the language of the server.
  return error instanceof Error && codeOf(error) === '0A000' && 'routine' in error && error.routine === STALE_PLAN
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const FAULTS_OF_A_CONNECTION = new Set([
  '25006', // read_only_sql_transaction: a server that is no longer the primary
  '26000', // invalid_sql_statement_name: a pooler gave us the session of another client
  '42P05', // duplicate_prepared_statement: likewise
])

/** The statement may be fine; on this connection it will never work. Another one may lead to a server that can do it. */
export function isConnectionFault(error: unknown): boolean {
  return error instanceof Error && FAULTS_OF_A_CONNECTION.has(codeOf(error) ?? '')
}

function isViolation(error: unknown, code: string, constraint: string | undefined): boolean {
  if (!(error instanceof Error) || codeOf(error) !== code) return false
  return constraint === undefined || ('constraint' in error && error.constraint === constraint)
}

// TLS: the certificate ran out or was changed.
const CERTIFICATE_FAULTS = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  // What Node says of a socket that was closed in between.
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  ...CERTIFICATE_FAULTS,
])

const TEMPORARY_STATES = new Set([
  '08', // any connection_exception, by its class
  '28', // any invalid_authorization_specification: the password was changed under us
  '58', // any system_error
  '3D000', // invalid_catalog_name: the database is being restored
  ...FAULTS_OF_A_CONNECTION,
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53000', // insufficient_resources
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement time-out
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
])

/** pg and pg-pool report these without any code. */
const CODELESS =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated.*|Client has encountered a connection error and is not queryable|Client was closed and is not queryable|Cannot use a pool after calling end on the pool|Received unexpected \w+ message from backend\.)$/

/**
 * True when Postgres was unreachable or did not answer in time. Such an error says nothing about the statement: the call should be
 * repeated later (503).
 */
export function isUnavailable(error: unknown): boolean {
  if (isStalePlan(error)) return true
  if (!(error instanceof Error) || error instanceof DatabaseFault) return false
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true
  const code = codeOf(error)
  // The socket of a server on this machine that has not started yet.
  if (code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect'
  if (code === undefined) return CODELESS.test(error.message) || isUnavailable(error.cause)
  return UNREACHABLE.has(code) || TEMPORARY_STATES.has(code) || isTemporaryClass(code)
}

/** The class of an SQLSTATE is its first two characters. */
function isTemporaryClass(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && TEMPORARY_STATES.has(code.slice(0, 2))
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Faults of an address or of a role: a running service gets over them when they are put right, a starting one should not wait for that. */
const LASTING_STATES = new Set([
  '28000', // invalid_authorization_specification
  '28P01', // invalid_password
  '3D000', // invalid_catalog_name
])
/** What poolers answer under 08P01, their only code, and what more than time would have to cure. */
const LASTING_OF_POOLERS =
  /unsupported startup parameter|not allowed|no such (?:database|user)|authentication|password|SSL required/i

/** Whether waiting does not help when this is the answer to a connection. */
export function isLasting(error: unknown): boolean {
  if (!isUnavailable(error)) return true
  if (!(error instanceof Error)) return false
  const code = codeOf(error) ?? ''
  if (code === '08P01') return LASTING_OF_POOLERS.test(error.message)
  return LASTING_STATES.has(code) || CERTIFICATE_FAULTS.has(code)
}
