import type { Selectable } from 'kysely'

/** Addresses that accounts have left, for as long as undoing the change would restore them. */
export type FormerAddressTable = {
  user_id: string
  address_key: string
  address: string
  verified_at: Date | null
  /** Whether the account was to be erased unless it verified this address. */
  was_temporary: boolean
  /** The account's address version until it left the address. */
  left_at_version: number
  until: Date
}

/** An address that its account has left, and may come back to. To other accounts it is taken if it was verified. */
export type FormerAddress = {
  readonly address: string
  readonly verifiedAt: Date | null
  readonly wasTemporary: boolean
  readonly leftAtVersion: number
  readonly until: Date
}

export function toFormerAddress(row: Selectable<FormerAddressTable>): FormerAddress {
  return {
    address: row.address,
    verifiedAt: row.verified_at,
    wasTemporary: row.was_temporary,
    leftAtVersion: row.left_at_version,
    until: row.until,
  }
}
