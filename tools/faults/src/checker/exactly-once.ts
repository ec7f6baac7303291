import { isStolen, type SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

/** I-EXACTLYONCE: repeated within the grace, a refresh issues one successor, however many responses were lost. */
export function exactlyOnce(sessions: readonly SessionHistory[], { graceMs }: { graceMs: number }): Violation[] {
  return sessions
    .filter((session) => !isStolen(session))
    .flatMap(({ operations }): Violation[] => {
      const refreshes = operations.filter(({ actor, call }) => actor === 'client' && call === 'refresh')
      const firstStart = new Map<number, number>()
      for (const { sent = 0, start } of refreshes) {
        if (!firstStart.has(sent)) firstStart.set(sent, start)
      }
      return refreshes
        .filter(
          ({ sent = 0, received, status, end }) =>
            status === 200 && end - (firstStart.get(sent) ?? 0) < graceMs && received !== sent + 1,
        )
        .map((operation) => ({
          invariant: 'I-EXACTLYONCE',
          operation,
          message: `generation ${operation.sent} led to ${operation.received}, within the grace`,
        }))
    })
}
