import pg from 'pg'
import type { EmbeddedPostgres } from './embedded-postgres.ts'

/** A database and the one role that owns it, both of this name: a plain lower-case identifier. */
export type OwnDatabase = { name: string; password: string }

/** Makes the role and its database if they are missing, and returns the address for that role. */
export async function ensureDatabase(server: EmbeddedPostgres, { name, password }: OwnDatabase): Promise<string> {
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  try {
    const role = client.escapeIdentifier(name)
    const { rows: roles } = await client.query('select from pg_roles where rolname = $1', [name])
    if (roles.length === 0) await client.query(`create role ${role} login`)
    await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`)

    const { rows: databases } = await client.query('select from pg_database where datname = $1', [name])
    if (databases.length === 0) await client.query(`create database ${role} owner ${role}`)
    // By default every role may connect everywhere.
    await client.query(`revoke all on database ${role} from public`)
  } finally {
    await client.end()
  }
  return `postgres://${name}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${name}`
}
