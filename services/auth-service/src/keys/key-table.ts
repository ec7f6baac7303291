import type { Generated } from 'kysely'

/** Access-token keys that are refused for good, whatever rings they are in. */
export type RevokedKeyTable = {
  kid: string
  revoked_at: Generated<Date>
}
