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

// Settings of both services name clients.
export { CLIENT_ID, CLIENT_ID_RULE } from '@latchkey/service-kit/settings'

/** During a change of secrets the old and the new one are good. */
export const MAX_SECRETS = 2
