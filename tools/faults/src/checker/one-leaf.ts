import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

type Rotation = Operation & { readonly sent: number; readonly received: number }

/**
 * I-ONELEAF: a generation has no successor once a newer one was presented, or once it was replaced. Unless the store lost
 * that: it cannot refuse what it does not know.
 */
export function oneLeaf(sessions: readonly SessionHistory[], records: readonly HistoryRecord[]): Violation[] {
  const losses = records.filter((record) => record.kind === 'fault').filter(({ lostFrom }) => lostFrom !== undefined)
  return sessions.flatMap(({ operations }) => {
    const rotations = operations.filter(isRotation)
    return rotations.flatMap((rotation): Violation[] => {
      const earlier = rotations.find(
        (other) => other.end < rotation.start && forbids(other, rotation) && !isLost(other, rotation, losses),
      )
      if (earlier === undefined) return []
      const why =
        earlier.sent > rotation.sent ? `${earlier.sent} had been presented` : `${earlier.received} had replaced it`
      return [
        {
          invariant: 'I-ONELEAF',
          operation: rotation,
          message: `generation ${rotation.sent} has a successor after ${why}`,
        },
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
