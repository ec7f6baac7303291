import type { AuthDatabase } from '../database/auth-database.ts'

/** It may be repeated. */
export async function insertRevokedToken(db: AuthDatabase, jti: string, expiresAt: Date): Promise<void> {
  await db
    .insertInto('revoked_tokens')
    .values({ jti, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function listRevokedTokens(db: AuthDatabase, now: Date): Promise<{ jti: string; expiresAt: Date }[]> {
  const rows = await db.selectFrom('revoked_tokens').selectAll().where('expires_at', '>', now).execute()
  return rows.map(({ jti, expires_at }) => ({ jti, expiresAt: expires_at }))
}

/** Deletes tokens that have expired by then: every verifier refuses them. */
export async function deleteRevokedTokensBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('revoked_tokens').where('expires_at', '<=', before).execute()
}
