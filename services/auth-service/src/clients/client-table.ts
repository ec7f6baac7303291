import type { Scope } from '@latchkey/access-token'
import type { Generated, Selectable } from 'kysely'
import type { HashedSecret } from './client-secret.ts'
import type { ServiceClient } from './service-client.ts'

export type ServiceClientTable = {
  client_id: string
  scopes: Scope[]
  created_at: Generated<Date>
  last_used_at: Date | null
  deleted_at: Date | null
  /** Whether the settings named it, once or still. */
  configured: Generated<boolean>
}

export type ClientSecretTable = {
  id: string
  client_id: string
  salt: Buffer
  hash: Buffer
  /** Null: hashed by a version that had no keys for it. */
  key_id: string | null
  created_at: Generated<Date>
  retired_at: Generated<Date | null>
}

/** A key under which secrets are hashed, sealed under one key of the settings. */
export type ClientSecretKeyTable = { id: string; sealed_under: string; sealed: Buffer; created_at: Generated<Date> }

/** Access tokens of clients that were revoked before their time, until it comes. */
export type RevokedTokenTable = { jti: string; expires_at: Date }

/** A kept secret with the id of the key that it was hashed under. */
export type KeyedSecret = HashedSecret & { readonly keyId: string | null }

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
