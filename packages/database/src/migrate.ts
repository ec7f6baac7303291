import { Kysely, PostgresDialect, type QueryExecutorProvider, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'
import type { PooledKysely } from './pooled-kysely.ts'
import { isUndefinedName } from './postgres-errors.ts'
import { setUpSession } from './session-settings.ts'

/** A migration that can be undone. */
export type ReversibleMigration = Required<Migration>

export type MigrateOptions<DB> = {
  db: PooledKysely<DB>
  /** By name; run in the order of their names. */
  migrations: Record<string, Migration>
  /** Schema of the table that records what has run; made when it does not exist. That of `db` unless given. */
  schema?: string
}

const MOST_TRIES = 5

/**
 * Migrates the database to the newest version, in one transaction. Any number of processes may do so at the same time: Kysely's
 * migrator holds an advisory lock while it runs, and those that wait find nothing left to do.
 *
 * @throws the error of the failing migration; nothing of the run is kept
 */
export async function migrate<DB>({ db, migrations, schema }: MigrateOptions<DB>): Promise<void> {
  const setUp = setUpSession({ schema: db.schemaName, statementTimeoutMs: 0 })
  const pool = new pg.Pool({
    ...db.pool.options,
    // Plain and without limits: waiting for the lock and building an index may take longer than any statement of a request,
    // and a statement that was prepared would fail once its table has changed.
    Client: pg.Client,
    max: 1,
    onConnect: (client) => client.query(setUp),
  })
  pool.on('error', () => {})
  const unhurried = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({
      db: unhurried,
      provider: { getMigrations: async () => migrations },
      // Named even when it is the default one: the migrator would otherwise take its table in any other schema for this one.
      migrationTableSchema: schema ?? db.schemaName ?? (await currentSchema(unhurried)),
    })
    for (let tries = 1; ; tries++) {
      const { error } = await migrator.migrateToLatest()
      if (error === undefined) return
      // The migrator looks at every table of the database. One that is dropped at that moment is no failure of this migration.
      if (tries === MOST_TRIES || !isUndefinedName(error)) throw error
    }
  } finally {
    await unhurried.destroy()
  }
}

/** The schema in which unqualified names are created. */
export async function currentSchema(db: QueryExecutorProvider): Promise<string> {
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db)
  const schema = rows[0]?.schema
  if (schema === undefined || schema === null) throw new Error('the search path names no schema that exists')
  return schema
}
