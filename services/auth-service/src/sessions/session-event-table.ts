import type { Generated } from 'kysely'
import type { Delivery, EndReason } from './session.ts'

/** Sessions opened and ended, in the order in which that was recorded, for as long as a restored Redis could matter. */
export type SessionEventTable = {
  /** An increasing 64-bit number, as text. */
  id: Generated<string>
  kind: 'opened' | 'ended'
  user_id: string
  device_id: string
  sid: string
  /** Of an end. */
  reason: EndReason | null
  is_renewed: Generated<boolean>
  /** Of an opening, with the device's name. */
  delivery: Delivery | null
  device_name: string | null
  at: Generated<Date>
}
