import * as users from './0001-users.ts'
import * as sessionEventsAndAudit from './0002-session-events-and-audit.ts'
import * as userSearch from './0003-user-search.ts'
import * as serviceClients from './0004-service-clients.ts'
import * as revokedKeys from './0005-revoked-keys.ts'
import * as clientSecretKeys from './0006-client-secret-keys.ts'

/** In order of their names. A migration that was released is never changed. */
export const migrations = {
  '0001-users': users,
  '0002-session-events-and-audit': sessionEventsAndAudit,
  '0003-user-search': userSearch,
  '0004-service-clients': serviceClients,
  '0005-revoked-keys': revokedKeys,
  '0006-client-secret-keys': clientSecretKeys,
}
