import type { Kysely } from 'kysely'
import type { AuthSchema } from '../database/auth-database.ts'

type Executor = Kysely<AuthSchema>

/** Repeating it changes nothing. */
export async function insertRevokedToken(db: Executor, jti: string, expiresAt: Date): Promise<void> {
  await db
    .insertInto('revoked_tokens')
    .values({ jti, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function listRevokedTokens(db: Executor, now: Date): Promise<{ jti: string; expiresAt: number }[]> {
  const rows = await db.selectFrom('revoked_tokens').selectAll().where('expires_at', '>', now).execute()
  return rows.map(({ jti, expires_at }) => ({ jti, expiresAt: expires_at.getTime() }))
}

/** Forgets what no verifier would take any more. */
export async function deleteRevokedTokensBefore(db: Executor, before: Date): Promise<void> {
  await db.deleteFrom('revoked_tokens').where('expires_at', '<=', before).execute()
}
