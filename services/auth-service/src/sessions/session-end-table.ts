import type { Generated } from 'kysely'
import type { EndReason } from './session.ts'

/** Sessions that were ended, for as long as a restored Redis could still hold them. */
export type SessionEndTable = {
  /** An increasing 64-bit number, as text. */
  id: Generated<string>
  user_id: string
  device_id: string
  sid: string
  reason: EndReason
  ended_at: Generated<Date>
}
