import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { checkSessions, isSameDatabase, type NamedAddress, named, openClient } from './check-server.ts'
import { createDatabase } from './create-database.ts'
import { DatabaseFault } from './database-fault.ts'
import { grantRuntimeRights, type RuntimeRole } from './grant-runtime-rights.ts'
import { currentSchema, migrate } from './migrate.ts'
import type { PooledKysely } from './pooled-kysely.ts'

export type OwnerMigration = {
  /** Of the role that owns the tables. */
  readonly owner: NamedAddress
  /** Of the role that the service runs as. It gets its rights. */
  readonly runtime: NamedAddress
  readonly migrations: Record<string, Migration>
  /** Functions that the service calls and that are not for everyone, with the types of their arguments. */
  readonly functions: readonly string[]
  /** Migrates the tables of the job queue in this schema. */
  readonly migrateJobs: (url: string, schema: string) => Promise<void>
  /** Schema of the tables. That of the owner's search path unless given. */
  readonly schema?: string | undefined
  /** Gets what an operator should know. */
  readonly warn: (line: string) => void
}

/**
 * Migrates a database in the name of its owner, and gives the run-time role what a service needs: to read and write rows, and to make
 * temporary tables. To be repeated; it changes nothing twice.
 *
 * @throws {DatabaseFault} that names the setting
 */
export async function migrateAsOwner(options: OwnerMigration): Promise<void> {
  const { owner, runtime, migrations, functions, migrateJobs, warn } = options
  await checkSessions(owner, 'It has to lead past the pooler.')
  const { db, close } = createDatabase<unknown>({
    url: owner.url,
    applicationName: 'latchkey migration',
    poolSize: 1,
    statementTimeoutMs: 60_000,
    ...(options.schema !== undefined && { schema: options.schema }),
  })
  try {
    const role = await runtimeRoleOf(runtime, owner)
    await withRightsOf(owner, async () => {
      const schema = await currentSchema(db)
      const jobsSchema = `${schema}_jobs`
      await assertOwned(db, [schema, jobsSchema], { owner, runtime, role })
      await migrate({ db, migrations, schema })
      await migrateJobs(owner.url, jobsSchema)
      const { rows } = await sql<{ name: string }>`select current_user as name`.execute(db)
      if (rows[0]?.name === role.name) warn(`${runtime.setting} signs in as ${role.name} too, who owns the tables.`)
      else await grantRuntimeRights(db, { role, schema, jobsSchema, functions, setting: runtime.setting, warn })
    })
  } finally {
    await close()
  }
}

/** Asked of the database: a pooler may know the role by another name. */
async function runtimeRoleOf(runtime: NamedAddress, owner: NamedAddress): Promise<RuntimeRole> {
  await using opened = await openClient(runtime)
  await using ofOwner = await openClient(owner)
  if (!(await isSameDatabase(ofOwner.client, opened.client))) {
    throw new DatabaseFault(`${owner.setting} and ${runtime.setting} lead to different databases`)
  }
  const { rows } = await opened.client.query<Promise<{ rows: RuntimeRole[] }>>(
    'select rolname as name, rolsuper as "isSuperuser" from pg_roles where rolname = current_user',
  )
  const [role] = rows
  if (role === undefined) throw new DatabaseFault(`${runtime.setting} signs in as no role`)
  return role
}

type Roles = { readonly owner: NamedAddress; readonly runtime: NamedAddress; readonly role: RuntimeRole }

/** Tables of a version that had one role only belong to that one. */
async function assertOwned(db: PooledKysely<unknown>, schemas: readonly string[], roles: Roles): Promise<void> {
  const { rows } = await sql<{ name: string; holder: string; role: string; database: string }>`
    select relname as name, pg_get_userbyid(relowner) as holder, current_user as role,
      current_database() as database from pg_class
    where relnamespace in (select oid from pg_namespace where nspname = any (${[...schemas]}::text[]))
      and relkind in ('r', 'p', 'S', 'v') and pg_get_userbyid(relowner) <> current_user
      and (not pg_has_role(relowner, 'usage') or pg_get_userbyid(relowner) = ${roles.role.name})
    order by relname limit 1`.execute(db)
  const [foreign] = rows
  if (foreign === undefined) return
  const { name, holder, role, database } = foreign
  throw new DatabaseFault(
    `${roles.owner.setting} signs in as ${role}, and the table ${name} belongs to ${holder}. Hand it all over once, as a superuser in this database: reassign owned by ${holder} to ${role}; grant connect, temporary on database ${database} to ${roles.role.name}`,
    'NOT_THE_OWNER',
  )
}

const LACKS_A_RIGHT = '42501'

async function withRightsOf<Result>(owner: NamedAddress, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === LACKS_A_RIGHT)) throw error
    return named(owner, () => Promise.reject(error))
  }
}
