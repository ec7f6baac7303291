import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { HashedSecret } from './client-secret.ts'
import type { StoredSecret } from './client-table.ts'

export async function insertSecret(
  trx: AuthTransaction,
  clientId: string,
  { salt, hash, keyId, createdBy }: HashedSecret & { keyId: string; createdBy: string | null },
): Promise<string> {
  const id = uuidv7()
  await trx
    .insertInto('client_secrets')
    .values({ id, client_id: clientId, salt, hash, key_id: keyId, created_by: createdBy })
    .execute()
  return id
}

/** Retires a secret for good: it stays, so that the settings cannot bring it back. False if the client has no such secret. */
export async function retireSecret(trx: AuthTransaction, clientId: string, secretId: string): Promise<boolean> {
  const result = await trx
    .updateTable('client_secrets')
    .set({ retired_at: sql<Date>`now()` })
    .where('id', '=', secretId)
    .where('client_id', '=', clientId)
    .where('retired_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Retires all but the newest `keep` secrets. */
export async function retireOldSecrets(trx: AuthTransaction, clientId: string, keep: number): Promise<void> {
  const newest = trx
    .selectFrom('client_secrets')
    .select('id')
    .where('client_id', '=', clientId)
    .where('retired_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(keep)
  await trx
    .updateTable('client_secrets')
    .set({ retired_at: sql<Date>`now()` })
    .where('client_id', '=', clientId)
    .where('retired_at', 'is', null)
    .where('id', 'not in', newest)
    .execute()
}

/** Secrets that were deleted, or replaced by newer ones. */
export async function listRetiredSecrets(trx: AuthTransaction, clientId: string): Promise<StoredSecret[]> {
  const rows = await trx
    .selectFrom('client_secrets')
    .select(['salt', 'hash', 'key_id'])
    .where('client_id', '=', clientId)
    .where('retired_at', 'is not', null)
    .execute()
  return rows.map(({ salt, hash, key_id }) => ({ salt, hash, keyId: key_id }))
}

/** Ids of clients that have secrets, but none under one of these keys. */
export async function listUndecryptableClients(db: AuthDatabase, keyIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('client_secrets')
    .select('client_id')
    .where('retired_at', 'is', null)
    .groupBy('client_id')
    .having(sql<boolean>`not coalesce(bool_or(key_id = any(${[...keyIds]}::uuid[])), false)`)
    .orderBy('client_id')
    .execute()
  return rows.map((row) => row.client_id)
}
