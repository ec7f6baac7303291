import { sql, type Transaction } from 'kysely'
import type { PooledKysely } from './pooled-kysely.ts'

export type RuntimeRole = { readonly name: string; readonly isSuperuser: boolean }

type Options = {
  readonly role: RuntimeRole
  readonly schema: string
  readonly jobsSchema: string
  readonly functions: readonly string[]
  /** That the role comes from. */
  readonly setting: string
  readonly warn: (line: string) => void
}

const GRANTS_LOCK = 20_801_422

/** Whatever the role could do before: afterwards it reads and writes rows, calls the functions, and makes temporary tables. */
export async function grantRuntimeRights(db: PooledKysely<unknown>, options: Options): Promise<void> {
  const { schema, jobsSchema, functions } = options
  await db.transaction().execute(async (trx) => {
    // Postgres fails the one of two that change the rights of a table at the same time.
    await sql`select pg_advisory_xact_lock(${GRANTS_LOCK}, hashtext(${schema}))`.execute(trx)
    for (const each of [schema, jobsSchema]) await grantIn(trx, each, options.role.name)
    const role = sql.id(options.role.name)
    // What has run is for the owner to say.
    const migrations = sql`${sql.id(schema, 'kysely_migration')}, ${sql.id(schema, 'kysely_migration_lock')}`
    await sql`revoke insert, update, delete on ${migrations} from ${role}`.execute(trx)
    for (const each of functions) {
      await sql`grant execute on function ${sql.id(schema)}.${sql.raw(each)} to ${role}`.execute(trx)
    }
    await grantTemporary(trx, options)
    await warnOfMore(trx, options)
  })
}

async function grantIn(trx: Transaction<unknown>, schemaName: string, roleName: string): Promise<void> {
  const [schema, role] = [sql.id(schemaName), sql.id(roleName)]
  // Until Postgres 15 everyone could create in `public`.
  await sql`revoke create on schema ${schema} from public, ${role}`.execute(trx)
  await sql`grant usage on schema ${schema} to ${role}`.execute(trx)
  await sql`revoke all on all tables in schema ${schema} from ${role}`.execute(trx)
  await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`.execute(trx)
  await sql`grant usage, select on all sequences in schema ${schema} to ${role}`.execute(trx)
}

/** Imports and their checks use temporary tables. */
async function grantTemporary(trx: Transaction<unknown>, { role, warn, setting }: Options): Promise<void> {
  const { rows } = await sql<{ name: string; may: boolean; owns: boolean }>`
    select datname as name, has_database_privilege(${role.name}, oid, 'temporary') as may, pg_has_role(datdba, 'usage') as owns
    from pg_database where datname = current_database()`.execute(trx)
  const { name = '', may = false, owns = false } = rows[0] ?? {}
  if (may) return
  if (owns) await sql`grant temporary on database ${sql.id(name)} to ${sql.id(role.name)}`.execute(trx)
  else {
    warn(
      `${setting}: the role ${role.name} may not make temporary tables, which imports need: grant temporary on database ${name} to ${role.name}`,
    )
  }
}

/** Rights that only others can take away. */
async function warnOfMore(trx: Transaction<unknown>, { role, schema, setting, warn }: Options): Promise<void> {
  const { rows } = await sql<{ owner: string; becomes: boolean; creates: boolean }>`
    select current_user as owner, pg_has_role(${role.name}, current_user, 'member') as becomes,
      has_schema_privilege(${role.name}, ${schema}, 'create') as creates`.execute(trx)
  const { owner = '', becomes = false, creates = false } = rows[0] ?? {}
  const who = `${setting} signs in as ${role.name}`
  if (role.isSuperuser) warn(`${who}, a superuser, who may do everything.`)
  else if (becomes) warn(`${who}, who may become ${owner}: revoke ${owner} from ${role.name}`)
  else if (creates) warn(`${who}, who may create tables in the schema ${schema}: revoke create on schema ${schema}`)
}
