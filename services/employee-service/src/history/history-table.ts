import type { Generated, GeneratedAlways, Selectable } from 'kysely'
import type { Actor } from '../actor.ts'
import type { EmployeeFacts, FactChange, HistoryAction, HistoryEntry } from './history-entry.ts'

/** Only triggers of `employees` write it; rows never change. */
export type HistoryTable = {
  /** A bigint, which the driver reads as text. */
  id: GeneratedAlways<string>
  employee_id: string
  version: number
  action: HistoryAction
  at: Generated<Date>
  actor_kind: Actor['kind'] | null
  actor_id: string | null
  request_id: string | null
  /** The changed fields, as they were. A field that is absent here or in `after` was null. */
  before: EmployeeFacts
  after: EmployeeFacts
}

export function toHistoryEntry(row: Selectable<HistoryTable>): HistoryEntry {
  const { actor_kind: kind, actor_id: id } = row
  return {
    id: row.id,
    employeeId: row.employee_id,
    version: row.version,
    action: row.action,
    at: row.at,
    actor: kind === null || id === null ? null : { kind, id },
    requestId: row.request_id,
    changes: changesOf(row.before, row.after),
  }
}

function changesOf(before: EmployeeFacts, after: EmployeeFacts): FactChange[] {
  const from = new Map(Object.entries(before))
  const to = new Map(Object.entries(after))
  const fields = [...new Set([...from.keys(), ...to.keys()])]
  return fields.map((field) => ({ field, from: from.get(field) ?? null, to: to.get(field) ?? null }))
}
