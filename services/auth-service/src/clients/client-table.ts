import type { Generated, Selectable } from 'kysely'
import type { HashedSecret } from './client-secret.ts'
import type { ServiceClient } from './service-client.ts'

export type ServiceClientTable = {
  client_id: string
  scopes: string[]
  created_at: Generated<Date>
  last_used_at: Date | null
  deleted_at: Date | null
  /** Whether the settings name it, or did. */
  configured: Generated<boolean>
  /** The user or service client; null for the settings, and for clients of before. */
  created_by: string | null
  /** Raised with each loss of a scope. */
  version: Generated<number>
  narrowed_at: Date | null
}

export type ClientRow = Selectable<ServiceClientTable>

export type ClientSecretTable = {
  id: string
  client_id: string
  salt: Buffer
  hash: Buffer
  /** Null: hashed by a version that had no keys yet. */
  key_id: string | null
  created_at: Generated<Date>
  /** It was deleted, or replaced by newer ones. */
  retired_at: Generated<Date | null>
  /** As that of a client. */
  created_by: string | null
}

/** A key under which secrets are hashed, encrypted under one key of the settings. */
export type ClientSecretKeyTable = {
  id: string
  /** Id of the key-encryption key. */
  sealed_under: string
  /** The envelope. */
  sealed: Buffer
  created_at: Generated<Date>
}

/** Access tokens of clients that were revoked before they expired, until they expire. */
export type RevokedTokenTable = { jti: string; expires_at: Date }

/** A hashed secret with the id of the key that it was hashed under. */
export type StoredSecret = HashedSecret & { readonly keyId: string | null }

export function toServiceClient(
  row: ClientRow,
  secrets: readonly Pick<Selectable<ClientSecretTable>, 'id' | 'created_at' | 'created_by'>[],
): ServiceClient {
  return {
    clientId: row.client_id,
    scopes: row.scopes,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    secrets: secrets.map(({ id, created_at, created_by }) => ({ id, createdAt: created_at, createdBy: created_by })),
  }
}
