import { join } from 'node:path'
import { recordedProcess, sleep } from '@latchkey/harness'
import type { Test } from 'tap'
import { type Answered, type Company, factsOf } from '../running-company.ts'

/** An employee who leaves while auth-service is down is refused at once, and disabled when it is back. */
export async function leavesDuringOutage(t: Test, company: Company): Promise<void> {
  const { dataDirectory, administrator, anyone, join: joinCompany } = company
  const lea = await joinCompany('Lea', 'staff')
  const { id } = (await administrator.ask('/employees', { body: factsOf('Lea', lea.id) })).body
  t.equal((await lea.ask(`/employees/${id}`)).status, 200)

  const pid = recordedProcess(join(dataDirectory, 'run/auth-service.json'))
  t.ok(pid)
  process.kill(Number(pid), 'SIGKILL')
  const terminated = await administrator.ask(`/employees/${id}/termination`, { body: { reason: 'moved on' } })
  t.match(terminated, {
    status: 202,
    body: { employee: { status: 'terminated' }, offboarding: { state: 'pending' } },
  })
  t.match(await lea.ask(`/employees/${id}`), { status: 401, body: { code: 'token_revoked' } })

  let offboarding: Answered = {}
  for (let tries = 0; offboarding.state !== 'done' && tries < 600; tries++) {
    await sleep(100)
    offboarding = (await administrator.ask(`/employees/${id}/offboarding`)).body
  }
  t.match(offboarding, { state: 'done', lastError: null })
  const refreshed = await anyone('/auth/refresh', { body: { refreshToken: lea.refreshToken } })
  t.match(refreshed, { status: 401, body: { code: 'session_ended', reason: 'account_disabled' } })
  const trail = await administrator.ask(`/admin/audit?userId=${lea.id}&type=user_disabled`)
  t.equal(trail.body.items?.length, 1)
}
