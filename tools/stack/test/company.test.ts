import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { payroll, policyFile, rolesOfFile } from './company/access-policy.ts'
import { linksOfAccounts } from './company/links-of-accounts.ts'
import { leavesDuringOutage } from './company/offboarding.ts'
import { startCompany } from './running-company.ts'
import { runStackProcess } from './running-stack.ts'

// One company for all of this: to start one takes long. What is left of it at the end is an administrator alone.

t.setTimeout(600_000)

t.test('a company on `npm start`', async (t) => {
  const company = await startCompany(t, { ACCESS_POLICY_FILE: policyFile(t, { payroll }) })

  await t.test('the roles of a file are put in place: people are invited to them and given them', (t) =>
    rolesOfFile(t, company),
  )
  await t.test(
    'an employee who leaves while auth-service is down is refused at once, and disabled when it is back',
    (t) => leavesDuringOutage(t, company),
  )
  await t.test('a caller who writes employees reaches no account that is not theirs to end', (t) =>
    linksOfAccounts(t, company),
  )

  company.stack.child.kill('SIGTERM')
  t.same(await company.stack.exited, [0, null])
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
