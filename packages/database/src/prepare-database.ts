import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { checkPooler, checkSessions, type NamedAddress, named } from './check-server.ts'
import { createDatabase, type DatabaseOptions } from './create-database.ts'
import { DatabaseFault } from './database-fault.ts'
import { currentSchema, migrate } from './migrate.ts'
import { missingMigrations } from './missing-migrations.ts'
import type { PooledKysely } from './pooled-kysely.ts'
import { isUnavailable } from './postgres-errors.ts'

/** Where a database is. */
export type DatabaseAddress = {
  readonly url: string
  /** Set when `url` is that of a pooler that lends connections for a transaction each: a way past it, to sessions. */
  readonly sessionUrl?: string
  /** When the tables are not in the first schema of the role's search path. */
  readonly schema?: string
  /** false: another role migrates. */
  readonly migrates?: boolean
}

/** The settings that the addresses come from, and how an operator migrates. */
export type AddressNames = { readonly url: string; readonly sessionUrl: string; readonly migrate: string }

export type PrepareOptions = {
  readonly address: DatabaseAddress
  readonly names: AddressNames
  readonly migrations: Record<string, Migration>
  readonly applicationName: string
}

export type PreparedDatabase = {
  /** For statements and transactions, with the search path that was found. */
  readonly connection: Pick<DatabaseOptions, 'url' | 'isPooled' | 'schema' | 'searchPath'>
  /** For what has to last longer than a transaction: notifications, the job queue. */
  readonly sessions: Pick<DatabaseOptions, 'url' | 'schema' | 'searchPath'>
  /** Of the tables. */
  readonly schema: string
  /** Whether the role owns the tables, and so may change them. */
  readonly isOwner: boolean
}

/**
 * Finds out whether a service can work with its database, and migrates it if the tables are its own.
 *
 * @throws {DatabaseFault} that names the setting, for what waiting does not cure: a wrong password, a pooler that does not serve, a schema
 * that is behind
 */
export async function prepareDatabase(options: PrepareOptions): Promise<PreparedDatabase> {
  const { address, names, migrations, applicationName } = options
  const { url, sessionUrl, schema: given } = address
  const pooler: NamedAddress = { url, setting: names.url }
  const sessions = sessionUrl === undefined ? pooler : { url: sessionUrl, setting: names.sessionUrl }
  await checkSessions(sessions, hintOf(sessions, names))
  if (sessions !== pooler) await checkPooler(pooler, sessions)

  const base = given === undefined ? {} : { schema: given }
  const { db, close } = createDatabase<unknown>({ ...base, url: sessions.url, applicationName, poolSize: 1 })
  try {
    const { schema, searchPath, isOwner } = await named(sessions, () => placeOf(db, sessions.setting))
    if (isOwner && address.migrates !== false) await migrate({ db, migrations })
    else await named(sessions, () => assertMigrated(db, options, schema))
    // Found once: who alters the search path of the role changes nothing for a service that runs.
    const kept = given === undefined ? { searchPath } : base
    return {
      connection: { ...kept, url, isPooled: sessionUrl !== undefined },
      sessions: { ...kept, url: sessions.url },
      schema,
      isOwner: isOwner && address.migrates !== false,
    }
  } finally {
    await close()
  }
}

function hintOf({ setting }: NamedAddress, names: AddressNames): string {
  return setting === names.sessionUrl
    ? 'It has to lead past the pooler, or to one in session mode.'
    : `Set ${names.sessionUrl} as well, to an address of the same database that leads past the pooler, or to one in session mode.`
}

type Place = { readonly schema: string; readonly searchPath: string; readonly isOwner: boolean }

async function placeOf(db: PooledKysely<unknown>, setting: string): Promise<Place> {
  // One that was chosen is made by the migration.
  const schema = db.schemaName ?? (await currentSchema(db).catch((error: unknown) => throwNamed(error, setting)))
  const { rows } = await sql<{ path: string; owns: boolean }>`
    select current_setting('search_path') as path, coalesce(
      (select pg_has_role(relowner, 'usage') from pg_class
        where relname = 'kysely_migration' and relnamespace = to_regnamespace(quote_ident(${schema}))),
      (select has_schema_privilege(oid, 'create') from pg_namespace where nspname = ${schema}),
      has_database_privilege(current_database(), 'create')) as owns`.execute(db)
  const { path: searchPath = '', owns = false } = rows[0] ?? {}
  return { schema, searchPath, isOwner: owns }
}

function throwNamed(error: unknown, setting: string): never {
  const isServers = !(error instanceof Error) || 'code' in error || isUnavailable(error)
  throw isServers ? error : new DatabaseFault(`${setting}: ${error.message}`)
}

async function assertMigrated(
  db: PooledKysely<unknown>,
  { names, migrations }: PrepareOptions,
  schema: string,
): Promise<void> {
  const missing = await missingMigrations(db, migrations)
  const [first] = missing
  if (first === undefined) return
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`
  throw new DatabaseFault(
    `${names.url}: the schema ${schema} of its database is behind this version, ${first}${more} has not run. Run this first: ${names.migrate}`,
    'SCHEMA_BEHIND',
  )
}
