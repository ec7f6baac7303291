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
}

export type ClientSecretTable = {
  id: string
  client_id: string
  salt: Buffer
  hash: Buffer
  /** Null: hashed by a version that had no keys yet. */
  key_id: string | null
  created_at: Generated<Date>
  retired_at: Generated<Date | null>
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
  row: Selectable<ServiceClientTable>,
  secrets: readonly Pick<Selectable<ClientSecretTable>, 'id' | 'created_at'>[],
): ServiceClient {
  return {
    clientId: row.client_id,
    scopes: row.scopes,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    secrets: secrets.map(({ id, created_at }) => ({ id, createdAt: created_at })),
  }
}
