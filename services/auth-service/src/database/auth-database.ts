import type { Kysely, Transaction } from 'kysely'
import type { AuditEventTable, AuditPersonalTable } from '../audit/audit-table.ts'
import type {
  ClientSecretKeyTable,
  ClientSecretTable,
  RevokedTokenTable,
  ServiceClientTable,
} from '../clients/client-table.ts'
import type { RevokedDeviceTable } from '../devices/revoked-device-table.ts'
import type { RevokedKeyTable } from '../keys/key-table.ts'
import type { LinkTable, LinkTokenTable } from '../links/link-table.ts'
import type { MailQuotaTable, MailTable } from '../mail/mail-table.ts'
import type { NarrowingTable, PolicyTable, RoleTable, ScopeTable } from '../permissions/policy-table.ts'
import type { BeatTable } from '../reconciliation/beat-table.ts'
import type { AccessTokenLifeTable } from '../revocations/access-token-life-table.ts'
import type { SessionEventTable } from '../sessions/session-event-table.ts'
import type { FormerAddressTable } from '../users/former-address-table.ts'
import type { ErasedUserTable, UserTable } from '../users/user-table.ts'

/** The tables of auth-service's own database. */
export type AuthSchema = {
  service_clients: ServiceClientTable
  client_secrets: ClientSecretTable
  client_secret_keys: ClientSecretKeyTable
  revoked_tokens: RevokedTokenTable
  users: UserTable
  erased_users: ErasedUserTable
  former_addresses: FormerAddressTable
  links: LinkTable
  link_tokens: LinkTokenTable
  mails: MailTable
  mail_quotas: MailQuotaTable
  session_events: SessionEventTable
  audit_events: AuditEventTable
  audit_personal: AuditPersonalTable
  access_token_lives: AccessTokenLifeTable
  beats: BeatTable
  revoked_devices: RevokedDeviceTable
  revoked_keys: RevokedKeyTable
  policy: PolicyTable
  scopes: ScopeTable
  roles: RoleTable
  narrowings: NarrowingTable
}

/** The database, or a transaction in it. */
export type AuthDatabase = Kysely<AuthSchema>
export type AuthTransaction = Transaction<AuthSchema>
