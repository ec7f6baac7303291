import { poll } from '@latchkey/harness'
import { register, signIn, type Tokens } from '../../driver/accounts.ts'
import type { Account } from '../../driver/api.ts'
import type { Reply } from '../../driver/http.ts'
import { clock } from '../../history/history-record.ts'
import type { Worker } from './worker.ts'

const ANSWERED_WITHIN_MS = 60_000

export type Person = { readonly account: Account; readonly tokens: Tokens; readonly employeePath: string }

/** An employee with an account and a session. */
export async function employ(worker: Worker): Promise<Person> {
  const { http, authUrl } = worker
  const account = await register(http, authUrl, worker.adminToken())
  const tokens = await signIn(http, authUrl, account)
  const body = { firstName: 'Grace', lastName: 'Hopper', email: account.email, userId: account.id }
  const url = `${worker.random.pick(worker.employeeUrls)}/employees`
  const { status, body: employee } = await http.send(url, { body, token: worker.adminToken() })
  if (status !== 201) throw new Error(`an employee was not created: ${status} ${employee.code}`)
  return { account, tokens, employeePath: `/employees/${employee.id}` }
}

export function terminate(worker: Worker, { employeePath }: Person, requestId: string): Promise<Reply> {
  return worker.http.send(`${worker.random.pick(worker.employeeUrls)}${employeePath}/termination`, {
    token: worker.adminToken(),
    headers: { 'x-request-id': requestId },
    body: { reason: 'trial' },
  })
}

/** Repeats the termination until it is answered; returns when that was. */
export async function repeatTermination(worker: Worker, person: Person, requestId: string): Promise<number> {
  const isAnswered = async () => (await terminate(worker, person, `${requestId}-again`)).status === 202
  if (await poll(isAnswered, { timeoutMs: ANSWERED_WITHIN_MS, intervalMs: 100 })) return clock()
  throw new Error('a termination was not answered for a minute')
}
