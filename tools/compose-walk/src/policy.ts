import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Users } from './main-job.ts'
import { refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** Scopes and roles of one's own, from a file. */
export async function accessPolicy(stack: Stack, users: Users): Promise<void> {
  const { compose, environmentFile, http, authUrl } = stack
  const file = join(dirname(environmentFile), 'access-policy.json')
  const write = (version: number, ...scopes: string[]): void => {
    const description = 'For payslips'
    const roles = { payroll: { description, scopes } }
    writeFileSync(file, JSON.stringify({ version, scopes: { 'payroll:read': { description } }, roles }))
  }
  const payroll = async (): Promise<Record<string, unknown>> => {
    await refresh(stack, users)
    const { body } = await http.request(`${authUrl}/admin/roles/payroll`, { token: users.administrator.accessToken })
    return body
  }

  await step('a file brings scopes and roles of one’s own, which no call changes', async () => {
    write(1, 'profile', 'payroll:read')
    appendFileSync(environmentFile, `\nCOMPOSE_FILE=docker-compose.yml:deploy/policy.yml\nACCESS_POLICY_FILE=${file}\n`)
    await compose('up', '--detach', '--wait')
    const { name, scopes, configured } = await payroll()
    assert.deepEqual(
      { name, scopes, configured },
      { name: 'payroll', scopes: ['profile', 'payroll:read'], configured: true },
    )
    const refused = await http.request(`${authUrl}/admin/roles/payroll`, {
      method: 'DELETE',
      token: users.administrator.accessToken,
    })
    assert.equal(refused.body.code, 'configured_policy')
  })
  await step('a higher version of the file is in place after a restart', async () => {
    write(2, 'profile')
    await compose('restart', 'auth-service')
    await compose('up', '--detach', '--wait')
    assert.deepEqual((await payroll()).scopes, ['profile'])
  })
}
