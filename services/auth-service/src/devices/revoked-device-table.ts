import type { ColumnType } from 'kysely'

/** Devices of accounts whose tokens of before are void; with an empty device id, all devices of the account. */
export type RevokedDeviceTable = {
  user_id: string
  device_id: string
  revoked_at: ColumnType<Date, never, never>
}
