import type { Scope } from '@latchkey/access-token'
import type { Generated, Selectable } from 'kysely'
import type { ServiceClient } from './service-client.ts'

export type ServiceClientTable = {
  client_id: string
  scopes: Scope[]
  created_at: Generated<Date>
  last_used_at: Date | null
  deleted_at: Date | null
}

export type ClientSecretTable = {
  id: string
  client_id: string
  salt: Buffer
  hash: Buffer
  created_at: Generated<Date>
}

export function toServiceClient(
  row: Selectable<ServiceClientTable>,
  secrets: readonly Pick<Selectable<ClientSecretTable>, 'id' | 'created_at'>[],
): ServiceClient {
  return {
    clientId: row.client_id,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    secrets: secrets.map(({ id, created_at }) => ({ id, createdAt: created_at.toISOString() })),
  }
}
