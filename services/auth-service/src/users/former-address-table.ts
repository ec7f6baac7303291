import type { Selectable } from 'kysely'

/** Verified addresses that accounts have left, for as long as undoing the change would restore them. */
export type FormerAddressTable = {
  user_id: string
  address_key: string
  address: string
  verified_at: Date
  /** The account's address version until it left the address. */
  left_at_version: number
  until: Date
}

/** A verified address that its account has left, and may come back to. To other accounts it is taken. */
export type FormerAddress = {
  readonly address: string
  readonly verifiedAt: Date
  readonly leftAtVersion: number
  readonly until: Date
}

export function toFormerAddress(row: Selectable<FormerAddressTable>): FormerAddress {
  return {
    address: row.address,
    verifiedAt: row.verified_at,
    leftAtVersion: row.left_at_version,
    until: row.until,
  }
}
