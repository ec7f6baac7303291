import type { HistoryRecord, Operation } from '../history/history-record.ts'
import { type EndAttempt, endAttempt } from './end-attempt.ts'

/** All that is known of one session. */
export type SessionHistory = {
  readonly sid: string
  /** The sign-in that was answered with it. */
  readonly opened: Operation
  /** Calls that were made with its tokens, by their beginnings; the sign-in is not among them. */
  readonly operations: readonly Operation[]
  /** All that may have ended it, by their beginnings. */
  readonly attempts: readonly EndAttempt[]
  /** From here on it must be over: the end was answered, or its holder was told. Infinity as long as neither. */
  readonly deadAt: number
}

/** Sorts a history by sessions, in the order in which they were opened. */
export function sessionHistories(records: readonly HistoryRecord[]): SessionHistory[] {
  const operations = records.filter((record) => record.kind === 'operation')
  const ofUser = Map.groupBy(operations, ({ user }) => user)
  const ofSession = Map.groupBy(operations, ({ session }) => session)
  return operations.filter(isOpening).map((opened) => {
    const sid = opened.session ?? ''
    const own = (ofSession.get(sid) ?? []).filter((operation) => operation !== opened)
    const attempts = (ofUser.get(opened.user) ?? [])
      .map((operation) => endAttempt(operation, opened))
      .filter((attempt) => attempt !== undefined)
    return { sid, opened, operations: own, attempts, deadAt: deadAt(own, attempts) }
  })
}

const isOpening = ({ call, status, session }: Operation): boolean =>
  call === 'sign-in' && status === 200 && session !== undefined

function deadAt(operations: readonly Operation[], attempts: readonly EndAttempt[]): number {
  const ends = attempts.filter(({ isCertain }) => isCertain).map(({ operation }) => operation.end)
  const verdicts = operations.filter(isEndVerdict).map(({ end }) => end)
  return Math.min(Infinity, ...ends, ...verdicts)
}

const isEndVerdict = ({ call, status, code }: Operation): boolean =>
  call === 'refresh' && status === 401 && (code === 'session_ended' || code === 'token_reused')

/** Whether somebody else may hold tokens of it. */
export const isRobbed = ({ operations }: SessionHistory, before = Infinity): boolean =>
  operations.some(({ actor, start }) => actor === 'thief' && start < before)
