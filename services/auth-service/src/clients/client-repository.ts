import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { type StoredSecret, toServiceClient } from './client-table.ts'
import type { ServiceClient } from './service-client.ts'

/** False if there is or was a client with this id. */
export async function insertClient(trx: AuthTransaction, clientId: string, scopes: string[]): Promise<boolean> {
  const result = await trx
    .insertInto('service_clients')
    .values({ client_id: clientId, scopes, last_used_at: null, deleted_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Sets the scopes of a client that the settings name. */
export async function configureClient(trx: AuthTransaction, clientId: string, scopes: string[]): Promise<void> {
  await trx.updateTable('service_clients').set({ scopes, configured: true }).where('client_id', '=', clientId).execute()
}

/** Clients that the settings made, in the order of their ids. */
export async function listConfiguredIds(db: AuthDatabase): Promise<string[]> {
  const rows = await db
    .selectFrom('service_clients')
    .select('client_id')
    .where('configured', '=', true)
    .where('deleted_at', 'is', null)
    .orderBy('client_id')
    .execute()
  return rows.map((row) => row.client_id)
}

/** Locks the client, so that two new secrets at once are counted. False if there is none. */
export async function lockClient(trx: AuthTransaction, clientId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('service_clients')
    .select('client_id')
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Scopes of the client, which is not deleted until the transaction ends; undefined if there is no such client. */
export async function findScopesForShare(trx: AuthTransaction, clientId: string): Promise<string[] | undefined> {
  const row = await trx
    .selectFrom('service_clients')
    .select('scopes')
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst()
  return row?.scopes
}

/** Deletes the client's secrets; its id stays, so that it is not used again. False if there is no such client. */
export async function deleteClient(trx: AuthTransaction, clientId: string): Promise<boolean> {
  const result = await trx
    .updateTable('service_clients')
    .set({ deleted_at: sql<Date>`now()` })
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  await trx.deleteFrom('client_secrets').where('client_id', '=', clientId).execute()
  return result.numUpdatedRows === 1n
}

/** Whether a client with this id was deleted. */
export async function wasDeleted(db: AuthDatabase, clientId: string): Promise<boolean> {
  const row = await db
    .selectFrom('service_clients')
    .select('client_id')
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Ids of clients deleted since. */
export async function listDeletedSince(db: AuthDatabase, since: Date): Promise<string[]> {
  const rows = await db.selectFrom('service_clients').select('client_id').where('deleted_at', '>=', since).execute()
  return rows.map((row) => row.client_id)
}

export type StoredCredentials = {
  readonly scopes: string[]
  readonly secrets: StoredSecret[]
  /** Its last use was recorded within the last minute. */
  readonly usedRecently: boolean
}

/** What a client is authenticated with. */
export async function findCredentials(db: AuthDatabase, clientId: string): Promise<StoredCredentials | undefined> {
  const rows = await db
    .selectFrom('service_clients')
    .leftJoin('client_secrets', (join) =>
      join.onRef('client_secrets.client_id', '=', 'service_clients.client_id').on('retired_at', 'is', null),
    )
    .select(['scopes', 'salt', 'hash', 'key_id'])
    .select(sql<boolean>`coalesce(last_used_at > now() - interval '1 minute', false)`.as('used_recently'))
    .where('service_clients.client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .execute()
  const [first] = rows
  if (!first) return undefined
  return {
    scopes: first.scopes,
    usedRecently: first.used_recently,
    secrets: rows.flatMap(({ salt, hash, key_id }) => (salt && hash ? [{ salt, hash, keyId: key_id }] : [])),
  }
}

export async function findScopes(db: AuthDatabase, clientId: string): Promise<string[] | undefined> {
  const row = await db
    .selectFrom('service_clients')
    .select('scopes')
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row?.scopes
}

/** At most once a minute; of parallel requests one writes. */
export async function recordUse(db: AuthDatabase, clientId: string): Promise<void> {
  await db
    .updateTable('service_clients')
    .set({ last_used_at: sql<Date>`now()` })
    .where('client_id', '=', clientId)
    .where((eb) =>
      eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', sql<Date>`now() - interval '1 minute'`)]),
    )
    .execute()
}

/** A page in the order of ids, from those after `afterId`. */
export async function listClients(
  db: AuthDatabase,
  limit: number,
  afterId: string | undefined,
): Promise<ServiceClient[]> {
  let query = db
    .selectFrom('service_clients')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('client_id')
    .limit(limit)
  if (afterId !== undefined) query = query.where('client_id', '>', afterId)
  const rows = await query.execute()
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.client_id)
  const secrets = await db
    .selectFrom('client_secrets')
    .select(['id', 'client_id', 'created_at'])
    .where('client_id', 'in', ids)
    .where('retired_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) =>
    toServiceClient(
      row,
      secrets.filter((secret) => secret.client_id === row.client_id),
    ),
  )
}
