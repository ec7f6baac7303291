import assert from 'node:assert/strict'
import type { Users } from './main-job.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** Refreshes the administrator's session. */
export async function refresh({ http, authUrl }: Stack, { administrator }: Users): Promise<void> {
  const { status, body } = await http.request(`${authUrl}/auth/refresh`, {
    body: { refreshToken: administrator.refreshToken },
  })
  assert.equal(status, 200, JSON.stringify(body))
  Object.assign(administrator, { accessToken: body.accessToken, refreshToken: body.refreshToken })
}

/** Reads the employee of the main job with the administrator's token. */
export async function readEmployee({ http, employeeUrl }: Stack, { administrator, employeeId }: Users): Promise<void> {
  const { status, body } = await http.request(`${employeeUrl}/employees/${employeeId}`, {
    token: administrator.accessToken,
  })
  assert.equal(status, 200, JSON.stringify(body))
}

export async function outages(stack: Stack, users: Users): Promise<void> {
  const { compose, http } = stack
  await step('employee-service works while auth-service is down', async () => {
    await compose('stop', 'auth-service')
    await readEmployee(stack, users)
    await compose('up', '--detach', '--wait')
  })
  await step('sessions survive a restart of Redis', async () => {
    await compose('restart', 'redis')
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
  })
  await step('sessions survive a killed Redis', async () => {
    // The append-only file reaches the disk once a second, and the operating system at once.
    await compose('kill', '--signal=SIGKILL', 'redis')
    const { status } = await http.request(`${stack.authUrl}/health/ready`)
    assert.equal(status, 503)
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
  })
}
