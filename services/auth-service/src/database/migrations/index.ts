import type { ReversibleMigration } from '@latchkey/database'
import { users } from './0001-users.ts'
import { sessionEventsAndAudit } from './0002-session-events-and-audit.ts'
import { userSearch } from './0003-user-search.ts'
import { serviceClients } from './0004-service-clients.ts'
import { revokedKeys } from './0005-revoked-keys.ts'
import { clientSecretKeys } from './0006-client-secret-keys.ts'
import { accounts } from './0007-accounts.ts'
import { audit } from './0008-audit.ts'
import { permissions } from './0009-permissions.ts'
import { comingBack } from './0010-coming-back.ts'
import { invitedBy } from './0011-invited-by.ts'
import { usernameLooks } from './0012-username-looks.ts'
import { clientsOfTheirMakers } from './0013-clients-of-their-makers.ts'
import { revokedDevices } from './0014-revoked-devices.ts'
import { accessTokenLives } from './0015-access-token-lives.ts'
import { beats } from './0016-beats.ts'

/** In the order of their names. A migration that was released is never changed. */
export const migrations: Record<string, ReversibleMigration> = {
  '0001-users': users,
  '0002-session-events-and-audit': sessionEventsAndAudit,
  '0003-user-search': userSearch,
  '0004-service-clients': serviceClients,
  '0005-revoked-keys': revokedKeys,
  '0006-client-secret-keys': clientSecretKeys,
  '0007-accounts': accounts,
  '0008-audit': audit,
  '0009-permissions': permissions,
  '0010-coming-back': comingBack,
  '0011-invited-by': invitedBy,
  '0012-username-looks': usernameLooks,
  '0013-clients-of-their-makers': clientsOfTheirMakers,
  '0014-revoked-devices': revokedDevices,
  '0015-access-token-lives': accessTokenLives,
  '0016-beats': beats,
}
