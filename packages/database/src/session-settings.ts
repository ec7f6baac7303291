export type SessionOptions = {
  /** Schema of unqualified names. The role's own search path unless given. */
  readonly schema?: string | undefined
  /** In place of `schema`: a search path as `show search_path` has it. */
  readonly searchPath?: string | undefined
  /** How long a statement may run; 0 is for ever. Milliseconds. */
  readonly statementTimeoutMs: number
}

/** What statements mean, and what comes back, is ours: the defaults of a server, a database or a role have no say in it. */
const FIXED: Readonly<Record<string, string>> = {
  array_nulls: 'on',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  extra_float_digits: '1',
  intervalstyle: 'postgres',
  lock_timeout: '0',
  standard_conforming_strings: 'on',
  timezone: 'UTC',
  transform_null_equals: 'off',
}

/** A transaction that waits for its client this much longer than a statement may run is ended. */
const IDLE_IN_TRANSACTION = 5

/** One text that sets up a session for as long as it lasts. */
export function setUpSession(options: SessionOptions): string {
  const ofSessions = { default_transaction_deferrable: 'off', default_transaction_isolation: 'read committed' }
  return assignments({ ...FIXED, ...ofSessions }, options)
    .map((assignment) => `set ${assignment}`)
    .join('; ')
}

const BEGINS = /^(?:begin|start transaction)\b/i

/**
 * One text that begins a transaction and sets it up, for as long as it lasts.
 *
 * @param statement `begin`, or `start transaction` with its modes
 */
export function beginTransaction(statement: string, options: SessionOptions): string {
  const isolation = /\bisolation level\b/i.test(statement) ? [] : ['set transaction isolation level read committed']
  return [statement, ...isolation, ...assignments(FIXED, options).map((each) => `set local ${each}`)].join('; ')
}

export const beginsTransaction = (statement: string): boolean => BEGINS.test(statement)

function assignments(
  fixed: Readonly<Record<string, string>>,
  { schema, searchPath, statementTimeoutMs }: SessionOptions,
): string[] {
  const path = schema === undefined ? searchPath : `"${schema}"`
  return [
    // First: it ends the others, too.
    `statement_timeout = ${statementTimeoutMs}`,
    ...Object.entries(fixed).map(([name, value]) => `${name} = '${value}'`),
    `idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION * statementTimeoutMs}`,
    ...(path === undefined ? [] : [`search_path = ${path}`]),
  ]
}
