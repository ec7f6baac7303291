import type { AuthDatabase } from '../database/auth-database.ts'

/** False if it was revoked before. */
export async function insertRevokedKey(db: AuthDatabase, kid: string): Promise<boolean> {
  const result = await db
    .insertInto('revoked_keys')
    .values({ kid })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function listRevokedKeys(db: AuthDatabase): Promise<string[]> {
  const rows = await db.selectFrom('revoked_keys').select('kid').execute()
  return rows.map(({ kid }) => kid)
}
