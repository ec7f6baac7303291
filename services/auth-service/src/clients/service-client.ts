import type { Scope } from '@latchkey/access-token'

/** A program that signs in with a secret of its own. Nothing secret is in it. */
export type ServiceClient = {
  readonly clientId: string
  readonly scopes: Scope[]
  /** ISO 8601, UTC; `lastUsedAt` to within a minute. */
  readonly createdAt: string
  readonly lastUsedAt: string | null
  readonly secrets: { id: string; createdAt: string }[]
}

/**
 * Lower case, and never like a user's id: a client's token has the client id for its `sub`, and must not be taken for
 * that of a user (RFC 9700 §4.15).
 */
export const CLIENT_ID = /^(?![0-9a-f]{8}-[0-9a-f]{4}-)[a-z][a-z0-9._-]{2,63}$/

/** During a change of secrets the old and the new one are good. */
export const MAX_SECRETS = 2
