import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, temporaryDirectory } from '@latchkey/harness'
import t, { type Test } from 'tap'
import { startCompany } from './running-company.ts'
import { admin, runStackProcess } from './running-stack.ts'

function policyFile(t: Test, roles: object): string {
  const file = join(temporaryDirectory(t, 'stack'), 'access-policy.json')
  const description = 'For payslips'
  writeFileSync(file, JSON.stringify({ version: 1, scopes: { 'payroll:read': { description } }, roles }))
  return file
}

t.test('`npm start` puts the roles of a file in place: people are invited to them and given them', async (t) => {
  const payroll = { description: 'Pays the salaries', scopes: ['profile', 'payroll:read'] }
  const company = await startCompany(t, { ACCESS_POLICY_FILE: policyFile(t, { payroll }) })
  const { administrator, stack, dataDirectory } = company
  t.match(await administrator.ask('/admin/roles/payroll'), { status: 200, body: { configured: true, ...payroll } })
  const refused = await administrator.ask('/admin/roles/payroll', { method: 'PUT', body: payroll })
  t.match(refused, { status: 409, body: { code: 'configured_policy' } })

  const grace = await company.join('Grace', 'payroll')
  t.same((await grace.ask('/auth/me')).body.scopes, payroll.scopes)
  const alan = await company.join('Alan', 'staff')
  const place = { DATA_DIR: dataDirectory }
  t.match(admin(place, 'grant-role', 'payroll', alan.email), { code: 0, printed: `${alan.email}\n` })
  t.match(await company.anyone('/auth/refresh', { body: { refreshToken: alan.refreshToken } }), {
    body: { scopes: ['profile', 'employees:read', 'payroll:read'] },
  })
  t.match(admin(place, 'grant-role', 'payrol', alan.email), {
    code: 2,
    noted: 'There is no role payrol. Roles: user, staff, hr, admin, payroll.',
  })

  stack.child.kill('SIGTERM')
  t.same(await stack.exited, [0, null])
})

t.test('a bad file is named beside the faults of other settings, and nothing is started or written', async (t) => {
  const place = {
    DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
    AUTH_PORT: String(await freePort()),
    EMPLOYEE_PORT: String(await freePort()),
  }
  const run = runStackProcess(t, {
    ...place,
    REVOCATION_MAX_STALENESS: 'canary',
    ACCESS_POLICY_FILE: policyFile(t, { hr: { description: 'Mine', scopes: [] } }),
  })
  t.same(await run.exited, [1, null])
  t.equal(
    run.output(),
    [
      'Invalid settings:',
      '  ACCESS_POLICY_FILE names a file that is no access policy: the role hr is built in',
      '  REVOCATION_MAX_STALENESS must be a duration like 10s, 15m, 1h or 7d',
      '',
    ].join('\n'),
  )
  t.notOk(existsSync(place.DATA_DIR))
})
