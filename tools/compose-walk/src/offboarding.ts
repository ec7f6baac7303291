import assert from 'node:assert/strict'
import { poll, sleep } from '@latchkey/harness'
import { accept, invite } from './invitation.ts'
import type { Users } from './main-job.ts'
import { refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

const leaver = { email: 'leaver@example.com', fullName: 'Lea Ver', roles: ['staff'] }
const password = 'a heron walks over nine slow rivers'

/** An employee is terminated while auth-service is down: refused at once, disabled when it runs again. */
export async function offboarding(stack: Stack, users: Users): Promise<void> {
  const { compose, http, authUrl, employeeUrl } = stack
  const tokens = { accessToken: '', refreshToken: '' }
  let path = ''
  const asAdministrator = () => ({ token: users.administrator.accessToken })

  await step('a user with an account is employed', async () => {
    await refresh(stack, users)
    const invited = await invite(stack, leaver, users.administrator.accessToken)
    Object.assign(tokens, await accept(stack, invited.token, password))
    const body = { firstName: 'Lea', lastName: 'Ver', email: leaver.email, userId: invited.userId }
    const created = await http.request(`${employeeUrl}/employees`, { body, ...asAdministrator() })
    assert.equal(created.status, 201, JSON.stringify(created.body))
    path = `${employeeUrl}/employees/${created.body.id}`
    assert.equal((await http.request(path, { token: tokens.accessToken })).status, 200)
  })
  await step('terminated while auth-service is down, the account is refused within a second', async () => {
    await compose('stop', 'auth-service')
    const terminated = await http.request(`${path}/termination`, { body: { reason: 'moved on' }, ...asAdministrator() })
    assert.equal(terminated.status, 202, JSON.stringify(terminated.body))
    assert.deepEqual(terminated.body.offboarding, { state: 'pending' })
    await sleep(1000)
    // The replicas answer in turn.
    for (let n = 0; n < 4; n++) {
      const { status, body } = await http.request(path, { token: tokens.accessToken })
      assert.equal(status, 401)
      assert.equal(body.code, 'token_revoked')
    }
  })
  await step('auth-service runs again: disabled within five seconds, and all sessions are revoked', async () => {
    // Not `up`, which would leave one replica of each.
    await compose('start', 'auth-service')
    const isReady = async () => (await http.request(`${authUrl}/health/ready`).catch(() => undefined))?.status === 200
    assert.ok(await poll(isReady, { timeoutMs: 60_000, intervalMs: 50 }), 'auth-service does not get ready')
    const start = performance.now()
    let state: unknown
    const isDone = async () => {
      ;({ state } = (await http.request(`${path}/offboarding`, asAdministrator())).body)
      return state === 'done'
    }
    assert.ok(await poll(isDone, { timeoutMs: 5000, intervalMs: 100 }), `still ${state}`)
    const { status, body } = await http.request(`${authUrl}/auth/refresh`, {
      body: { refreshToken: tokens.refreshToken },
    })
    assert.equal(status, 401)
    assert.equal(body.reason, 'account_disabled')
    return `${((performance.now() - start) / 1000).toFixed(1)} s`
  })
}
