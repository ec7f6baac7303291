import { eventually } from '@latchkey/test-kit'
import type { Test } from 'tap'
import { anyone, askWith } from './asking.ts'
import type { Company } from './company.ts'

export async function payroll(t: Test, company: Company) {
  const payslips = `${await company.start('payroll')}/payslips`
  const grace = await company.join('grace', 'payroll')
  t.match(await anyone(payslips), { status: 401, body: { code: 'unauthenticated' } })
  t.match(await grace.ask(payslips), { status: 200, body: { for: String, payslips: [] } })
  t.match(await company.staff.ask(payslips), { status: 403, body: { code: 'insufficient_scope' } })

  await eventually(async () => {
    const lost = await company.signIn(grace.email)
    const ask = askWith(await company.tokenOf(lost))
    await lost.logout()
    let code: string | undefined
    await eventually(async () => {
      code = (await ask(payslips)).body.code
      return code !== undefined
    })
    // On a busy machine it may expire before it is asked for.
    return code === 'token_revoked'
  }, 'the token of a session that has ended is refused')
  t.match(await grace.ask(payslips), { status: 200 }, 'the other device goes on')

  const token = await company.tokenOf(grace.client)
  return async (t: Test) => {
    t.match(await askWith(token)(payslips), { status: 401, body: { code: 'token_expired' } })
    t.match(await grace.ask(payslips), { status: 200 })
  }
}
