import type { HistoryRecord, Operation } from '../history/history-record.ts'
import { type RevocationAttempt, revocationAttempt } from './revocation-attempt.ts'

/** The history of one session. */
export type SessionHistory = {
  readonly sid: string
  /** The sign-in that opened it. */
  readonly opened: Operation
  /** Calls with its tokens, sorted by start, without the sign-in. */
  readonly operations: readonly Operation[]
  /** Everything that may have revoked it, sorted by start. */
  readonly attempts: readonly RevocationAttempt[]
  /** From here on it must be revoked: a revocation was acknowledged, or a client got the verdict. Infinity without either. */
  readonly deadAt: number
}

/** The sessions of a history, in the order in which they were opened. */
export function sessionHistories(records: readonly HistoryRecord[]): SessionHistory[] {
  const operations = records.filter((record) => record.kind === 'operation')
  const ofUser = Map.groupBy(operations, ({ user }) => user)
  const ofSession = Map.groupBy(operations, ({ session }) => session)
  return operations.filter(isOpening).map((opened) => {
    const sid = opened.session ?? ''
    const own = (ofSession.get(sid) ?? []).filter((operation) => operation !== opened)
    const attempts = (ofUser.get(opened.user) ?? [])
      .map((operation) => revocationAttempt(operation, opened))
      .filter((attempt) => attempt !== undefined)
    return { sid, opened, operations: own, attempts, deadAt: deadAt(own, attempts) }
  })
}

const isOpening = ({ call, status, session }: Operation): boolean =>
  call === 'sign-in' && status === 200 && session !== undefined

function deadAt(operations: readonly Operation[], attempts: readonly RevocationAttempt[]): number {
  const ends = attempts.filter(({ isCertain }) => isCertain).map(({ operation }) => operation.end)
  const verdicts = operations.filter(isEndVerdict).map(({ end }) => end)
  return Math.min(Infinity, ...ends, ...verdicts)
}

const isEndVerdict = ({ call, status, code }: Operation): boolean =>
  call === 'refresh' && status === 401 && (code === 'session_ended' || code === 'token_reused')

/** Whether a thief presented one of its tokens. */
export const isStolen = ({ operations }: SessionHistory, before = Infinity): boolean =>
  operations.some(({ actor, start }) => actor === 'thief' && start < before)
