import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

type Rotation = Operation & { readonly sent: number; readonly received: number }

/**
 * I-ONELEAF: a generation leads on no more once a newer one was presented, or once it was made void. Unless the store
 * lost that: it can not refuse what it does not know.
 */
export function oneLeaf(sessions: readonly SessionHistory[], records: readonly HistoryRecord[]): Violation[] {
  const losses = records.filter((record) => record.kind === 'fault' && record.lostFrom !== undefined) as Fault[]
  return sessions.flatMap(({ operations }) => {
    const rotations = operations.filter(isRotation)
    return rotations.flatMap((rotation): Violation[] => {
      const against = rotations.find(
        (other) => other.end < rotation.start && forbids(other, rotation) && !isLost(other, rotation, losses),
      )
      if (against === undefined) return []
      const why =
        against.sent > rotation.sent ? `${against.sent} had been presented` : `${against.received} had replaced it`
      return [
        { invariant: 'I-ONELEAF', operation: rotation, message: `generation ${rotation.sent} leads on after ${why}` },
      ]
    })
  })
}

const isRotation = (operation: Operation): operation is Rotation =>
  operation.call === 'refresh' &&
  operation.status === 200 &&
  operation.sent !== undefined &&
  operation.received !== undefined

function forbids(earlier: Rotation, later: Rotation): boolean {
  return earlier.sent > later.sent || (earlier.sent < later.sent && later.sent < earlier.received)
}

function isLost(earlier: Rotation, later: Rotation, losses: readonly Fault[]): boolean {
  return losses.some(
    ({ start, lostFrom = Infinity }) => earlier.end >= lostFrom && earlier.start <= start && later.end >= start,
  )
}
