/** A program that signs in with a secret of its own. Nothing here is secret. */
export type ServiceClient = {
  readonly clientId: string
  readonly scopes: string[]
  readonly createdAt: Date
  /** Id of the user or service client that made it; null for the settings, and for clients of before. */
  readonly createdBy: string | null
  /** To within a minute. */
  readonly lastUsedAt: Date | null
  readonly secrets: { id: string; createdAt: Date; createdBy: string | null }[]
}

/** What a service client may do today. */
export type ClientAuthority = {
  readonly scopes: string[]
  /** One more with each loss of a scope: tokens of a lower one are dead. */
  readonly version: number
}

/** People's tokens are issued to the product's own client. It has no secret: the refresh token is enough. */
export const OWN_CLIENT_ID = 'latchkey'

/**
 * Lower case, never like a user's id, and never our own: the `sub` of a client's token is its client id, and must not be
 * taken for a user's (RFC 9700 §4.15).
 */
export const CLIENT_ID = /^(?!latchkey$|[0-9a-f]{8}-[0-9a-f]{4}-)[a-z][a-z0-9._-]{2,63}$/

/** @throws an Error that ends a sentence and shows no value */
export function parseClientId(text: string): string {
  if (!CLIENT_ID.test(text)) throw new Error(CLIENT_ID_RULE)
  return text
}

export const CLIENT_ID_RULE = `must be 3 to 64 lower-case letters, digits, . _ or -, start with a letter, and be neither a UUID nor ${OWN_CLIENT_ID}`

/** During a change of secrets the old and the new one are good. */
export const MAX_SECRETS = 2
