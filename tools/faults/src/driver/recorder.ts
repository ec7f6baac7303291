import type { HttpRequest } from '@latchkey/harness'
import type { HistoryWriter } from '../history/history-file.ts'
import { clock, type Operation } from '../history/history-record.ts'
import type { Http, Reply } from './http.ts'
import { clearsCookie, readGrant } from './tokens.ts'

/** What is known of a call before it is sent. */
export type Intent = Pick<Operation, 'actor' | 'call' | 'server' | 'user'> &
  Partial<Pick<Operation, 'device' | 'session' | 'sent' | 'lost'>>

export type Recorded = { readonly operation: Operation; readonly reply: Reply }

/** Sends calls and adds each to the history. */
export type Recorder = { call(intent: Intent, url: string, request?: HttpRequest): Promise<Recorded> }

export function createRecorder(http: Http, history: HistoryWriter): Recorder {
  return {
    async call(intent, url, request) {
      const start = clock()
      const reply = await http.send(url, request)
      const operation: Operation = { kind: 'operation', start, end: clock(), ...intent, ...outcome(reply) }
      history.add(operation)
      return { operation, reply }
    },
  }
}

type Outcome = Pick<Operation, 'status'> &
  Partial<Pick<Operation, 'code' | 'reason' | 'retryAfter' | 'cleared' | 'session' | 'received'>>

function outcome(reply: Reply): Outcome {
  const { status, headers, body } = reply
  const grant = readGrant(reply)
  return {
    status,
    ...(typeof body.code === 'string' && { code: body.code }),
    ...(typeof body.reason === 'string' && { reason: body.reason }),
    // The state of a replica.
    ...(typeof body.status === 'string' && { reason: body.status }),
    ...(headers['retry-after'] !== undefined && { retryAfter: Number(headers['retry-after']) }),
    ...(clearsCookie(reply) && { cleared: true as const }),
    ...(grant && { session: grant.sid, received: grant.generation }),
  }
}
