import { isUnavailable } from '@latchkey/database'
import type { Log } from '@latchkey/problems'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { AuditEvent, AuditOrigin, NewAuditEvent, Origin } from './audit-event.ts'
import { type AuditFilter, insertAuditEvents, insertRefusals, listAuditEvents } from './audit-repository.ts'
import { createRefusalBatch } from './refusal-batch.ts'

export type AuditTrail = {
  /** Records events of which nothing else is written; changes are audited in their own transaction, see `writeAs`. */
  record(origin: AuditOrigin, ...events: readonly NewAuditEvent[]): Promise<void>
  /**
   * Records that a caller was refused, within about a second and at no cost to the request. Of one type, account and network there
   * is at most one entry a minute, with a count.
   */
  refuse(origin: Origin, event: NewAuditEvent): void
  /** Newest first, of those before `beforeId`; one more than `limit` where there are more. With all refusals of this replica. */
  list(filter: AuditFilter, limit: number, beforeId: string | undefined): Promise<AuditEvent[]>
  /** Writes the refusals that wait. Never rejects: what could not be written goes with the next. */
  flush(): Promise<void>
}

type Dependencies = { readonly db: AuthDatabase; readonly log: Pick<Log, 'warn' | 'error'> }

export function createAudit({ db, log }: Dependencies): AuditTrail {
  const batch = createRefusalBatch()
  let flushing = Promise.resolve()
  let isFailing = false

  async function write(): Promise<void> {
    const refusals = batch.take()
    if (refusals.length === 0) return
    try {
      await insertRefusals(db, refusals)
      isFailing = false
    } catch (err) {
      if (isUnavailable(err)) {
        batch.putBack(refusals)
        if (!isFailing)
          log.warn({ err }, 'refusals could not be written to the audit trail; they are kept and tried again')
        isFailing = true
      } else {
        const lost = refusals.map(({ event, count }) => ({ type: event.type, count }))
        log.error({ err, lost }, 'the audit trail does not take these refusals; they are dropped')
      }
    }
  }

  function flush(): Promise<void> {
    flushing = flushing.then(write)
    return flushing
  }

  return {
    record: (origin, ...events) => insertAuditEvents(db, origin, events),
    refuse: batch.add,
    list: async (filter, limit, beforeId) => {
      await flush()
      return listAuditEvents(db, filter, limit + 1, beforeId)
    },
    flush,
  }
}
