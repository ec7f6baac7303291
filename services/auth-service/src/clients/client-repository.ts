import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { StoredSecret } from './client-table.ts'
import type { ClientAuthority } from './service-client.ts'

export type NewClient = {
  readonly clientId: string
  readonly scopes: string[]
  /** Null for the settings. */
  readonly createdBy: string | null
}

/** False if there is or was a client with this id. */
export async function insertClient(trx: AuthTransaction, { clientId, scopes, createdBy }: NewClient): Promise<boolean> {
  const result = await trx
    .insertInto('service_clients')
    .values({
      client_id: clientId,
      scopes,
      created_by: createdBy,
      last_used_at: null,
      deleted_at: null,
      narrowed_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Sets the scopes of a client that the transaction has locked. A loss raises its version, so that its tokens of before are void. */
export async function updateScopes(
  trx: AuthTransaction,
  clientId: string,
  { before, after: scopes, ...rest }: { before: ClientAuthority; after: string[]; configured?: true },
): Promise<ClientAuthority> {
  const losesScope = !before.scopes.every((scope) => scopes.includes(scope))
  return trx
    .updateTable('service_clients')
    .set({
      scopes,
      ...rest,
      ...(losesScope && { version: before.version + 1, narrowed_at: sql<Date>`now()` }),
    })
    .where('client_id', '=', clientId)
    .returning(['scopes', 'version'])
    .executeTakeFirstOrThrow()
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

/**
 * The client, which no other transaction changes until this one ends; undefined if there is none.
 * @param callerId who is about to change it. If that is a client, it is locked too, in one order: two that change each other at once
 * must not wait for each other.
 */
export async function lockClient(
  trx: AuthTransaction,
  clientId: string,
  callerId = clientId,
): Promise<ClientAuthority | undefined> {
  const rows = await trx
    .selectFrom('service_clients')
    .select(['client_id', 'scopes', 'version'])
    .where('client_id', 'in', [clientId, callerId])
    .where('deleted_at', 'is', null)
    .orderBy('client_id')
    .forUpdate()
    .execute()
  const row = rows.find((each) => each.client_id === clientId)
  return row && { scopes: row.scopes, version: row.version }
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

/** Deletes a client that the transaction has locked, and its secrets; its id stays, so that it is not used again. */
export async function deleteClient(trx: AuthTransaction, clientId: string): Promise<void> {
  await trx
    .updateTable('service_clients')
    .set({ deleted_at: sql<Date>`now()` })
    .where('client_id', '=', clientId)
    .execute()
  await trx.deleteFrom('client_secrets').where('client_id', '=', clientId).execute()
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

export type NarrowedClient = { readonly id: string; readonly version: number }

/** Live clients that lost a scope since. */
export async function listNarrowedSince(db: AuthDatabase, since: Date): Promise<NarrowedClient[]> {
  return db
    .selectFrom('service_clients')
    .select(['client_id as id', 'version'])
    .where('narrowed_at', '>=', since)
    .where('deleted_at', 'is', null)
    .execute()
}

export type StoredCredentials = ClientAuthority & {
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
    .select(['scopes', 'version', 'salt', 'hash', 'key_id'])
    .select(sql<boolean>`coalesce(last_used_at > now() - interval '1 minute', false)`.as('used_recently'))
    .where('service_clients.client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .execute()
  const [first] = rows
  if (!first) return undefined
  return {
    scopes: first.scopes,
    version: first.version,
    usedRecently: first.used_recently,
    secrets: rows.flatMap(({ salt, hash, key_id }) => (salt && hash ? [{ salt, hash, keyId: key_id }] : [])),
  }
}

export async function findAuthority(db: AuthDatabase, clientId: string): Promise<ClientAuthority | undefined> {
  return db
    .selectFrom('service_clients')
    .select(['scopes', 'version'])
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
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
