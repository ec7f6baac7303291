import { randomInt } from 'node:crypto'
import { DatabaseFault } from './database-fault.ts'
import { GuardedClient } from './guarded-client.ts'
import { isLasting } from './postgres-errors.ts'

/** An address and the setting that it comes from. */
export type NamedAddress = { readonly url: string; readonly setting: string }

const CONNECT_WITHIN_MS = 1500
const STATEMENT_WITHIN_MS = 3000
/** A pooler that lends per transaction may lend the same connection by chance. */
const ROUNDS = 3

/**
 * Checks that the address leads to sessions, which keep what is set on them, and to text in UTF-8.
 *
 * @param hint what a pooler in transaction mode needs, for operators
 * @throws {DatabaseFault} that names the setting, for what waiting does not cure
 */
export async function checkSessions(address: NamedAddress, hint: string): Promise<void> {
  await using first = await openClient(address)
  await named(address, async () => {
    await checkEncoding(first.client, address)
    if ((await backendOf(first.client)) === first.client.processID) return
    await using second = await openClient(address)
    if (!(await isLentPerTransaction(first.client, second.client))) return
    throw new DatabaseFault(
      `${address.setting} leads to a pooler in transaction mode. ${hint}`,
      'POOLED_PER_TRANSACTION',
    )
  })
}

/** Checks that a pooler's address leads to the same database as that of the sessions, and that transactions work there. */
export async function checkPooler(pooler: NamedAddress, sessions: NamedAddress): Promise<void> {
  await using pooled = await openClient(pooler)
  await named(pooler, async () => {
    await checkEncoding(pooled.client, pooler)
    await pooled.client.query('begin')
    await pooled.client.query('commit')
  })
  await using session = await openClient(sessions)
  if (!(await isSameDatabase(session.client, pooled.client))) {
    throw new DatabaseFault(`${sessions.setting} and ${pooler.setting} lead to different databases`)
  }
}

/** Both connections are of one database, of one server. */
export async function isSameDatabase(session: GuardedClient, other: GuardedClient): Promise<boolean> {
  // An advisory lock is known in its own database alone, and asks for no right.
  const key = randomInt(2 ** 47)
  await session.query(`select pg_advisory_lock(${key})`)
  try {
    const { rows } = await other.query<Rows<{ free: boolean }>>(`select pg_try_advisory_xact_lock(${key}) as free`)
    return rows[0]?.free === false
  } finally {
    await session.query(`select pg_advisory_unlock(${key})`)
  }
}

type Rows<Row> = Promise<{ rows: Row[] }>
export type OpenClient = AsyncDisposable & { readonly client: ServerClient }
/** pg tells it, its types do not: the number of the server's process, as the server, or a pooler in its place, has given it. */
type ServerClient = GuardedClient & { readonly processID?: number | null }

/** A connection as the address gives it, with no settings of ours. */
export async function openClient(address: NamedAddress): Promise<OpenClient> {
  const client: ServerClient = new GuardedClient({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    statementTimeoutMs: STATEMENT_WITHIN_MS,
  })
  await named(address, () => client.connect())
  return { client, [Symbol.asyncDispose]: () => client.end() }
}

/** @throws {DatabaseFault} in place of an error that waiting does not cure */
export async function named<Result>({ setting }: NamedAddress, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseFault || !isLasting(error)) throw error
    const { message, code } = error as Error & { code?: string }
    throw new DatabaseFault(`${setting}: ${message}`, code, error)
  }
}

async function checkEncoding(client: GuardedClient, { setting }: NamedAddress): Promise<void> {
  const { rows } = await client.query<Rows<{ encoding: string; name: string }>>(
    `select current_setting('server_encoding') as encoding, current_database() as name`,
  )
  const { encoding, name } = rows[0] ?? {}
  if (encoding === 'UTF8') return
  throw new DatabaseFault(
    `${setting}: the database ${name} is encoded in ${encoding}, which cannot hold every name. Make one in UTF-8: create database … encoding 'UTF8' template template0`,
    'DATABASE_NOT_UTF8',
  )
}

async function backendOf(client: GuardedClient): Promise<number | undefined> {
  const { rows } = await client.query<Rows<{ pid: number }>>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}

/** Whether a setting of one session is seen in the other, or not in its own any more. */
async function isLentPerTransaction(one: GuardedClient, other: GuardedClient): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    const mark = `mark-${randomInt(2 ** 47)}`
    await one.query(`set latchkey.mark = '${mark}'`)
    // Takes the connection on which that was set, when it is not the session's own.
    await other.query('begin')
    const isSeen = (await markOf(other)) === mark
    const isLost = !isSeen && (await markOf(one)) !== mark
    await other.query('rollback')
    if (isSeen || isLost) return true
  }
  return false
}

async function markOf(client: GuardedClient): Promise<string | null | undefined> {
  const { rows } = await client.query<Rows<{ mark: string | null }>>(
    `select current_setting('latchkey.mark', true) as mark`,
  )
  return rows[0]?.mark
}
