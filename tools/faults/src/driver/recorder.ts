import { clock } from '../clock.ts'
import type { HistoryWriter } from '../history/history-file.ts'
import type { Operation } from '../history/history-record.ts'
import { type Answer, ask, type Question } from './http.ts'
import { clearsCookie, readGrant } from './tokens.ts'

/** What is known of a call before it is made. */
export type Intent = Pick<Operation, 'actor' | 'call' | 'server' | 'user'> &
  Partial<Pick<Operation, 'device' | 'session' | 'sent' | 'unheard'>>

export type Called = { readonly operation: Operation; readonly answer: Answer }

/** Makes calls and takes each down in the history. */
export type Recorder = { call(intent: Intent, question: Question): Promise<Called> }

export function createRecorder(history: HistoryWriter): Recorder {
  return {
    async call(intent, question) {
      const start = clock()
      const answer = await ask(question)
      const operation: Operation = { kind: 'operation', start, end: clock(), ...intent, ...outcome(answer) }
      history.add(operation)
      return { operation, answer }
    },
  }
}

type Outcome = Pick<Operation, 'status'> &
  Partial<Pick<Operation, 'code' | 'reason' | 'retryAfter' | 'cleared' | 'session' | 'received'>>

function outcome(answer: Answer): Outcome {
  const { status, headers, body } = answer
  const grant = readGrant(answer)
  return {
    status,
    ...(typeof body.code === 'string' && { code: body.code }),
    ...(typeof body.reason === 'string' && { reason: body.reason }),
    // A replica on its own state.
    ...(typeof body.status === 'string' && { reason: body.status }),
    ...(headers['retry-after'] !== undefined && { retryAfter: Number(headers['retry-after']) }),
    ...(clearsCookie(answer) && { cleared: true as const }),
    ...(grant && { session: grant.sid, received: grant.generation }),
  }
}
