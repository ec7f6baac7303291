import { sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'

/** What Postgres says of its beats. */
export type PostgresBeat = {
  readonly count: number
  /** Whether the last one is so long ago that another one is due. */
  readonly isDue: boolean
  /** A standby, or a primary that was replaced, may lag behind: what it lacks, Postgres has not lost. */
  readonly takesWrites: boolean
}

export async function readBeat(db: AuthDatabase, everySeconds: number): Promise<PostgresBeat> {
  const { rows } = await sql<{ count: string; isDue: boolean; takesWrites: boolean }>`
    select count, at < now() - make_interval(secs => ${everySeconds}) as "isDue", current_setting('transaction_read_only') = 'off' as "takesWrites"
    from beats`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the table beats has no row')
  return { ...row, count: Number(row.count) }
}

/** A beat, with what was so when it was made. */
export type NewBeat = { readonly count: number; readonly at: Date; readonly policyVersion: number }

/** The next beat, unless Postgres has not come as far as `least`, or another replica was first. */
export async function tryBeat(
  db: AuthDatabase,
  { least, everySeconds }: { readonly least: number; readonly everySeconds: number },
): Promise<NewBeat | undefined> {
  const { rows } = await sql<{ count: string; at: Date; policyVersion: number }>`
    update beats set count = count + 1, at = now()
    where count >= ${least} and at < now() - make_interval(secs => ${everySeconds})
    returning count, at, (select version from policy) as "policyVersion"`.execute(db)
  return rows[0] && { ...rows[0], count: Number(rows[0].count) }
}

/** From now on Postgres counts as no older than a Redis that has come as far as `count`. */
export async function liftBeat(db: AuthDatabase, count: number): Promise<void> {
  await sql`update beats set count = greatest(count, ${count}::bigint), at = now()`.execute(db)
}
