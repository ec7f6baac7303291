import { type Insertable, type Selectable, sql } from 'kysely'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { ClientSecretKeyTable } from './client-table.ts'

/** No other transaction adds a key until this one ends. Reading goes on. */
export async function lockEncryptedKeys(trx: AuthTransaction): Promise<void> {
  await sql`lock table client_secret_keys in share row exclusive mode`.execute(trx)
}

export async function listEncryptedKeys(trx: AuthTransaction): Promise<Selectable<ClientSecretKeyTable>[]> {
  return trx.selectFrom('client_secret_keys').selectAll().execute()
}

export async function insertEncryptedKeys(
  trx: AuthTransaction,
  rows: Insertable<ClientSecretKeyTable>[],
): Promise<void> {
  if (rows.length > 0) await trx.insertInto('client_secret_keys').values(rows).execute()
}

/** Secrets that were hashed without a key. */
export async function listUnkeyedSecrets(trx: AuthTransaction): Promise<{ id: string; hash: Buffer }[]> {
  return trx.selectFrom('client_secrets').select(['id', 'hash']).where('key_id', 'is', null).forUpdate().execute()
}

export async function setKeyedHash(trx: AuthTransaction, id: string, keyId: string, hash: Buffer): Promise<void> {
  await trx.updateTable('client_secrets').set({ key_id: keyId, hash }).where('id', '=', id).execute()
}
