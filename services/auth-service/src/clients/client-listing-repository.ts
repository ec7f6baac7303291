import type { AuthDatabase } from '../database/auth-database.ts'
import { type ClientRow, toServiceClient } from './client-table.ts'
import type { ServiceClient } from './service-client.ts'

export type ClientFilter = {
  /** Id of the user or service client. */
  readonly createdBy?: string | undefined
}

/** A page in the order of ids, from those after `afterId`. */
export async function listClients(
  db: AuthDatabase,
  { createdBy }: ClientFilter,
  limit: number,
  afterId: string | undefined,
): Promise<ServiceClient[]> {
  let query = db
    .selectFrom('service_clients')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('client_id')
    .limit(limit)
  if (createdBy !== undefined) query = query.where('created_by', '=', createdBy)
  if (afterId !== undefined) query = query.where('client_id', '>', afterId)
  return withSecrets(db, await query.execute())
}

export async function findClient(db: AuthDatabase, clientId: string): Promise<ServiceClient | undefined> {
  const rows = await db
    .selectFrom('service_clients')
    .selectAll()
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .execute()
  return (await withSecrets(db, rows))[0]
}

async function withSecrets(db: AuthDatabase, rows: readonly ClientRow[]): Promise<ServiceClient[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.client_id)
  const secrets = await db
    .selectFrom('client_secrets')
    .select(['id', 'client_id', 'created_at', 'created_by'])
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
