import assert from 'node:assert/strict'
import { accept, invite, tokensIn } from './invitation.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** What the later steps use. */
export type Users = {
  readonly administrator: { accessToken: string; refreshToken: string }
  readonly employeeId: string
}

const account = { email: 'grace@example.com', fullName: 'Grace Hopper' }
const password = 'a heron walks over nine slow rivers'
const employee = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' }

/** The main job, from the first sign-in to the last sign-out. */
export async function mainJob({ http, authUrl, employeeUrl, secrets }: Stack): Promise<Users> {
  const administrator = { accessToken: '', refreshToken: '' }
  const user = { accessToken: '', refreshToken: '' }
  let employeeId = ''

  await step('the administrator signs in with the generated password', async () => {
    const { status, body } = await http.request(`${authUrl}/auth/login`, {
      body: { email: 'admin@localhost.test', password: secrets['admin-password'], delivery: 'body' },
    })
    assert.equal(status, 200, JSON.stringify(body))
    Object.assign(administrator, tokensIn(body))
  })
  await step('nobody registers: 403 registration_closed', async () => {
    const body = { ...account, username: 'grace', password }
    const refused = await http.request(`${authUrl}/auth/register`, { body })
    assert.equal(refused.status, 403, JSON.stringify(refused.body))
    assert.equal(refused.body.code, 'registration_closed')
  })
  await step('the administrator invites a user, who accepts by the link and is signed in', async () => {
    const invited = await invite({ http, authUrl }, { ...account, roles: ['staff'] }, administrator.accessToken)
    Object.assign(user, await accept({ http, authUrl }, invited.token, password))
  })
  await step('the user refreshes', async () => {
    const { status, body } = await http.request(`${authUrl}/auth/refresh`, {
      body: { refreshToken: user.refreshToken },
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.notEqual(body.refreshToken, user.refreshToken)
    Object.assign(user, { accessToken: body.accessToken, refreshToken: body.refreshToken })
  })
  await step('the administrator creates an employee', async () => {
    const { status, body } = await http.request(`${employeeUrl}/employees`, {
      body: employee,
      token: administrator.accessToken,
    })
    assert.equal(status, 201, JSON.stringify(body))
    employeeId = String(body.id)
  })
  await step('the user may read the employee', async () => {
    const { status, body } = await http.request(`${employeeUrl}/employees/${employeeId}`, { token: user.accessToken })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.email, employee.email)
  })
  await step('the user may not create one: 403 insufficient_scope', async () => {
    const { status, body } = await http.request(`${employeeUrl}/employees`, { body: employee, token: user.accessToken })
    assert.equal(status, 403)
    assert.equal(body.code, 'insufficient_scope')
  })
  await step('without a token: 401 unauthenticated', async () => {
    const { status, body } = await http.request(`${employeeUrl}/employees`)
    assert.equal(status, 401)
    assert.equal(body.code, 'unauthenticated')
  })
  await step('the user signs out everywhere, and is refused afterwards', async () => {
    const out = await http.request(`${authUrl}/auth/logout-all`, { method: 'POST', token: user.accessToken })
    assert.equal(out.status, 204, JSON.stringify(out.body))
    const answeredAt = performance.now()
    const refreshed = await http.request(`${authUrl}/auth/refresh`, { body: { refreshToken: user.refreshToken } })
    assert.equal(refreshed.status, 401)
    assert.equal(refreshed.body.code, 'session_ended')
    assert.equal(refreshed.body.reason, 'signed_out_everywhere')
    const me = await http.request(`${authUrl}/auth/me`, { token: user.accessToken })
    assert.equal(me.status, 401)
    // The other service hears of it through the feed.
    for (;;) {
      const { status, body } = await http.request(`${employeeUrl}/employees/${employeeId}`, { token: user.accessToken })
      const took = performance.now() - answeredAt
      if (status === 401) {
        assert.equal(body.code, 'token_revoked')
        return `at employee-service too, ${took.toFixed(0)} ms after the answer`
      }
      assert.ok(took < 1000, `employee-service still answers ${status} after ${took.toFixed(0)} ms`)
    }
  })
  return { administrator, employeeId }
}
