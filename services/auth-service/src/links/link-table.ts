import type { ColumnType, Generated, Selectable } from 'kysely'
import type { Link, LinkPurpose, LinkState } from './link.ts'

export type LinkTable = {
  /** UUIDv7: its order is that of time. */
  id: string
  purpose: LinkPurpose
  user_id: string
  address: string
  bound: ColumnType<LinkState, string, string>
  shown: boolean
  vouched: boolean
  created_by: string | null
  created_at: Generated<Date>
  expires_at: Date
  used_at: Date | null
  withdrawn_at: Date | null
}

/** Hashes of what was mailed or shown. Several for one link, of which one use kills all. */
export type LinkTokenTable = { hash: Buffer; link_id: string }

export function toLink(row: Selectable<LinkTable>): Link {
  return {
    id: row.id,
    purpose: row.purpose,
    userId: row.user_id,
    address: row.address,
    bound: row.bound,
    shown: row.shown,
    isVouched: row.vouched,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    withdrawnAt: row.withdrawn_at,
  }
}
