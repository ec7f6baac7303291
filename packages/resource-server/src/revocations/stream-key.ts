/** What the keys of the issuer start with in Redis, unless it is configured otherwise. */
export const DEFAULT_KEY_PREFIX = 'latchkey:'

/** The key of the stream of revocations. */
export const streamKeyOf = (prefix: string): string => `${prefix}revocations`
