import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@latchkey/harness'
import type { Test } from 'tap'
import type { Company } from '../running-company.ts'
import { admin } from '../running-stack.ts'

export function policyFile(t: Test, roles: object): string {
  const file = join(temporaryDirectory(t, 'stack'), 'access-policy.json')
  const description = 'For payslips'
  writeFileSync(file, JSON.stringify({ version: 1, scopes: { 'payroll:read': { description } }, roles }))
  return file
}

export const payroll = { description: 'Pays the salaries', scopes: ['profile', 'payroll:read'] }

/** `npm start` puts the roles of a file in place: people are invited to them and given them. */
export async function rolesOfFile(t: Test, company: Company): Promise<void> {
  const { administrator, dataDirectory } = company
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
}
