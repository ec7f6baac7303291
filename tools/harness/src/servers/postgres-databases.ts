import pg from 'pg'
import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { runSql } from './run-sql.ts'

/** A database and the one role that owns it, both of this name: a plain lower-case identifier. */
export type OwnDatabase = { name: string; password: string }

/** A database with two roles: that of its name reads and writes rows, `…_owner` has made the tables. */
export type OwnedDatabase = OwnDatabase & { ownerPassword: string }

/** Makes the role and its database if they are missing, and returns the address for that role. */
export async function ensureDatabase(server: EmbeddedPostgres, { name, password }: OwnDatabase): Promise<string> {
  await ensureRole(server, name, password)
  await ensureDatabaseOf(server, name, name)
  return addressOf(server, name, password, name)
}

/**
 * Makes both roles and the database if they are missing, and hands to the owner what the other role has, as in a database from before
 * there were two.
 */
export async function ensureOwnedDatabase(
  server: EmbeddedPostgres,
  { name, password, ownerPassword }: OwnedDatabase,
): Promise<{ url: string; ownerUrl: string }> {
  const owner = `${name}_owner`
  await ensureRole(server, name, password)
  await ensureRole(server, owner, ownerPassword)
  await ensureDatabaseOf(server, name, owner)
  const [role, ownerRole] = [pg.escapeIdentifier(name), pg.escapeIdentifier(owner)]
  await runSql(
    server.url(name),
    `reassign owned by ${role} to ${ownerRole}`,
    `grant connect, temporary on database ${role} to ${role}`,
  )
  return { url: addressOf(server, name, password, name), ownerUrl: addressOf(server, owner, ownerPassword, name) }
}

async function ensureRole(server: EmbeddedPostgres, name: string, password: string): Promise<void> {
  const role = pg.escapeIdentifier(name)
  const found = await runSql(server.url(), `select from pg_roles where rolname = ${pg.escapeLiteral(name)}`)
  if (found.length === 0) await runSql(server.url(), `create role ${role} login`)
  await runSql(server.url(), `alter role ${role} password ${pg.escapeLiteral(password)}`)
}

async function ensureDatabaseOf(server: EmbeddedPostgres, name: string, owner: string): Promise<void> {
  const database = pg.escapeIdentifier(name)
  const found = await runSql(server.url(), `select from pg_database where datname = ${pg.escapeLiteral(name)}`)
  if (found.length === 0) await runSql(server.url(), `create database ${database} owner ${pg.escapeIdentifier(owner)}`)
  // By default every role may connect everywhere.
  await runSql(server.url(), `revoke all on database ${database} from public`)
}

const addressOf = (server: EmbeddedPostgres, role: string, password: string, database: string): string =>
  `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${database}`
