import type { Kysely } from 'kysely'
import type { AuthSchema } from '../database/auth-database.ts'

type Executor = Kysely<AuthSchema>

/** False when it was revoked before. */
export async function insertRevokedKey(db: Executor, kid: string): Promise<boolean> {
  const result = await db
    .insertInto('revoked_keys')
    .values({ kid })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function listRevokedKeys(db: Executor): Promise<string[]> {
  const rows = await db.selectFrom('revoked_keys').select('kid').execute()
  return rows.map(({ kid }) => kid)
}
