import { clock } from '../../history/history-record.ts'
import type { Replicas } from './replicas.ts'
import { followMail, type Window } from './windows.ts'

/** A replica was killed while it had to do with one mail. */
export type Trial = {
  readonly window: Window
  readonly mailbox: string
  readonly start: number
  readonly end: number
  /** Whether the window was reached; if not, nothing was killed. */
  readonly wasKilled: boolean
  /** Whether the request was answered with 202. */
  readonly isAcknowledged: boolean
}

/** A breakpoint that is not hit by then never is. */
const HIT_WITHIN_MS = 20_000

export async function runTrial(replicas: Replicas, window: Window, mailbox: string): Promise<Trial> {
  const start = clock()
  const stepOf = followMail(mailbox)
  const breakpoint = replicas.breakpoints.set(
    (chunk) => stepOf(chunk) === window.before,
    ({ relay }) => replicas.kill(numberOf(relay)),
  )
  const { status } = await replicas.post('/auth/password/forgot', { email: mailbox })
  const late = setTimeout(breakpoint.clear, HIT_WITHIN_MS)
  const wasKilled = await breakpoint.hit
  clearTimeout(late)
  return { window, mailbox, start, end: clock(), wasKilled, isAcknowledged: status === 202 }
}

const numberOf = (relay: string): number => Number(/\d+$/.exec(relay)?.[0])
