import { poll, sleep } from '@latchkey/harness'
import type { Account } from '../../driver/api.ts'
import type { Reply } from '../../driver/http.ts'
import { clock } from '../../history/history-record.ts'
import type { Person } from './person.ts'
import type { Worker } from './worker.ts'

// What both services say of an offboarding after everything runs again.

/**
 * `lost`: the account is not disabled. `done twice`: the audit trail says so. `let in`: a token was accepted too late. `half
 * done`: an unacknowledged termination took effect at one service only.
 */
export type Fault = 'lost' | 'done twice' | 'let in' | 'half done'

const DONE_WITHIN_MS = 60_000

export async function isTerminated(worker: Worker, { employeePath }: Person): Promise<boolean> {
  const { body } = await answerOf(worker, `${worker.employeeUrls[0]}${employeePath}`)
  return body.status === 'terminated'
}

/** Resolves to whether the offboarding was marked done within a minute. */
export async function untilDone(worker: Worker, { employeePath }: Person): Promise<boolean> {
  const isDone = async () =>
    (await answerOf(worker, `${worker.employeeUrls[0]}${employeePath}/offboarding`)).body.state === 'done'
  return poll(isDone, { timeoutMs: DONE_WITHIN_MS })
}

/** By the answers of auth-service and its audit trail. */
export async function faultsOf(worker: Worker, { account, tokens }: Person): Promise<Fault[]> {
  const user = await answerOf(worker, `${worker.authUrl}/admin/users/${account.id}`)
  const { status } = { ...(user.body.user as { status?: string } | undefined) }
  const body = { refreshToken: tokens.refreshToken }
  const refreshed = await answerOf(worker, `${worker.authUrl}/auth/refresh`, body)
  const isOver = refreshed.status === 401 && refreshed.body.reason === 'account_disabled'
  const disablings = await countDisablings(worker, account)
  return [
    ...(status === 'disabled' && isOver && disablings > 0 ? [] : (['lost'] as const)),
    ...(disablings > 1 ? (['done twice'] as const) : []),
  ]
}

/** No termination was acknowledged, and there is none at either service. */
export async function isUntouched(worker: Worker, { account, employeePath }: Person): Promise<boolean> {
  const offboarding = await answerOf(worker, `${worker.employeeUrls[0]}${employeePath}/offboarding`)
  return offboarding.body.state === 'none' && (await countDisablings(worker, account)) === 0
}

async function countDisablings(worker: Worker, { id }: Account): Promise<number> {
  const trail = await answerOf(worker, `${worker.authUrl}/admin/audit?userId=${id}&type=user_disabled`)
  return Array.isArray(trail.body.items) ? trail.body.items.length : 0
}

/** Repeats a request until it gets an answer other than 503: everything runs again. */
async function answerOf(worker: Worker, url: string, body?: object): Promise<Reply> {
  const deadline = clock() + DONE_WITHIN_MS
  for (;;) {
    const reply = await worker.http.send(url, { body, token: worker.adminToken() })
    if ((reply.status !== 0 && reply.status !== 503) || clock() > deadline) return reply
    await sleep(20)
  }
}
