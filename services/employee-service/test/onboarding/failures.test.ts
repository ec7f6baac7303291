import t from 'tap'
import { servicePair } from '../support/service-pair.ts'

const pair = await servicePair(t, {
  refuses: (to) => to.startsWith('gone'),
  variables: { INVITATION_DOMAINS: 'corp.test' },
})
const { auth, mailbox, employ, accountOf, setStatus, untilAccount } = pair

/** An employee who is invited, the account that was made, and the link that its owner got. */
async function invited() {
  const employee = await employ()
  await employee.invite()
  await employee.untilInvitation('invited')
  const { userId } = await employee.invitation()
  return { ...employee, userId: String(userId), token: await mailbox.nextToken(employee.email) }
}

t.test('an address with an active account fails, and is linked by hand', async (t) => {
  const ida = await employ()
  const account = await pair.makeAccount(ida.email)
  await ida.invite()
  await ida.untilInvitation('failed', 'account_exists')
  t.equal((await ida.invitation()).userId, null, 'the account of a stranger is not shown')
  await ida.link(account.id)
  t.match(await ida.invite(), { status: 409, body: { code: 'already_linked' } })
  t.equal((await accountOf(ida.email))?.status, 'active')
})

t.test('an address with a disabled account fails until an administrator enables that', async (t) => {
  const ida = await employ()
  const account = await pair.makeAccount(ida.email)
  await setStatus(ida.email, 'disabled')
  await ida.invite()
  await ida.untilInvitation('failed', 'account_disabled')
  await setStatus(ida.email, 'active')
  await ida.link(account.id)
  t.match(await ida.employee(), { userId: account.id })
})

t.test('an account that somebody else invited is not taken over', async () => {
  const ida = await employ()
  await auth.asAdmin('POST', '/admin/users', { email: ida.email })
  await ida.invite()
  await ida.untilInvitation('failed', 'account_exists')
})

t.test('an invitation that is withdrawn fails, and a repeated request makes another account', async (t) => {
  const ida = await invited()
  t.equal((await pair.withdraw(ida.email)).status, 204)
  await ida.untilInvitation('failed', 'invitation_withdrawn')
  await ida.invite()
  await ida.untilInvitation('invited', null)
  t.not((await ida.invitation()).userId, ida.userId)
})

t.test('a link that a change of the account took back fails, and a repeated request sends another', async (t) => {
  const ida = await invited()
  await auth.asAdmin('PATCH', `/admin/users/${ida.userId}`, { roles: ['user'] })
  await ida.untilInvitation('failed', 'invitation_withdrawn')
  await ida.invite()
  await ida.untilInvitation('invited', null)
  t.equal((await ida.invitation()).userId, ida.userId, 'for the same account')
  await auth.accept(await mailbox.nextToken(ida.email))
  await ida.untilInvitation('accepted')
})

t.test('an invitation that expires fails, and a repeated request sends another link', async (t) => {
  const ida = await invited()
  await pair.expire(ida.email)
  await ida.untilInvitation('failed', 'invitation_expired')
  t.match(await ida.invitation(), { userId: ida.userId, expiresAt: null })
  t.match((await ida.invite()).body, { state: 'pending', userId: ida.userId, lastError: null })
  await ida.untilInvitation('invited', null)
  t.equal((await auth.accept(ida.token)).body.code, 'invalid_link')
  t.equal((await auth.accept(await mailbox.nextToken(ida.email))).status, 200)
  await ida.untilInvitation('accepted')
})

t.test('an invitation that hr renewed by hand does not expire with the first link', async (t) => {
  const ida = await invited()
  await pair.expire(ida.email)
  await auth.asAdmin('POST', `/admin/users/${ida.userId}/invitation`)
  await ida.untilInvitation('invited', null)
  await auth.accept(await mailbox.nextToken(ida.email))
  await ida.untilInvitation('accepted')
  t.match(await ida.employee(), { userId: ida.userId })
})

t.test('repeating while invited sends the link anew, and the one before is dead', async (t) => {
  const ida = await invited()
  t.match((await ida.invite()).body, { state: 'pending', userId: ida.userId })
  const second = await mailbox.nextToken(ida.email)
  await ida.untilInvitation('invited', null)
  t.equal((await auth.accept(ida.token)).body.code, 'invalid_link')
  await auth.accept(second)
  await ida.untilInvitation('accepted')
  t.match(await ida.invite(), { status: 409, body: { code: 'already_linked' } })
})

t.test('while a mailbox gets no further link this says so, and the last one works', async (t) => {
  const ida = await invited()
  let last = ''
  for (let n = 0; n < 2; n++) {
    await ida.invite()
    last = await mailbox.nextToken(ida.email)
    await ida.untilInvitation('invited')
  }
  await ida.invite()
  await ida.untilInvitation('pending', '429 too_many_requests')
  t.equal((await auth.accept(last)).status, 200)
  // hr asks again: it is looked at now, and not when auth-service would take another request.
  await ida.invite()
  await ida.untilInvitation('accepted')
})

t.test('a mail that cannot be delivered shows', async (t) => {
  const ida = await employ({ email: 'gone-with-the-wind@corp.test' })
  await ida.invite()
  await ida.untilInvitation('invited')
  const reply = async () => String((await ida.invitation()).lastError)
  for (let tries = 0; !(await reply()).startsWith('550') && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.match(await reply(), /^550 /)
})

t.test('an account that is disabled before it is accepted fails until an administrator enables it', async () => {
  const ida = await invited()
  await setStatus(ida.email, 'disabled')
  await ida.untilInvitation('failed', 'account_disabled')
  await ida.invite()
  await ida.untilInvitation('failed', 'account_disabled')
  await setStatus(ida.email, 'active')
  await ida.invite()
  await ida.untilInvitation('invited', null)
  await auth.accept(await mailbox.nextToken(ida.email))
  await ida.untilInvitation('accepted')
})

t.test('who is linked to another account by hand keeps that, and the invited one is disabled', async (t) => {
  const ida = await invited()
  const own = await pair.makeAccount(`own-${ida.email}`)
  await ida.link(own.id)
  t.match(await ida.invitation(), { state: 'failed', lastError: 'already_linked', userId: ida.userId })
  await untilAccount(ida.email, 'disabled')
  t.match(await ida.employee(), { userId: own.id })
  t.equal((await accountOf(own.email))?.status, 'active')
  t.equal((await auth.accept(ida.token)).body.code, 'invalid_link')
})

t.test('the invited account itself, linked by hand, goes on', async (t) => {
  const ida = await invited()
  await ida.link(ida.userId)
  await auth.accept(ida.token)
  await ida.untilInvitation('accepted')
  t.match(await ida.offboarding(), { state: 'none' })
  t.equal((await accountOf(ida.email))?.status, 'active')
})

t.test('an account that was linked to another employee is theirs', async (t) => {
  const [ida, olaf] = [await invited(), await employ()]
  await olaf.link(ida.userId)
  await auth.accept(ida.token)
  await ida.untilInvitation('failed', 'account_linked')
  await ida.terminate()
  t.match(await ida.offboarding(), { state: 'none' })
  t.equal((await accountOf(ida.email))?.status, 'active')
  await olaf.terminate()
  await untilAccount(ida.email, 'disabled')
})

t.test('with another address the invitation is void, and the account of the former one is disabled', async (t) => {
  const ida = await invited()
  const changed = { ...ida, email: `new-${ida.email}` }
  await ida.change({ email: ida.email.toUpperCase() })
  t.match(await ida.invitation(), { state: 'invited' }, 'capitals make no other address')
  await ida.change({ email: changed.email })
  t.match(await ida.invitation(), { state: 'failed', lastError: 'email_changed' })
  await untilAccount(ida.email, 'disabled')
  t.equal((await auth.accept(ida.token)).body.code, 'invalid_link')

  await changed.invite()
  await changed.untilInvitation('invited')
  await auth.accept(await mailbox.nextToken(changed.email))
  await changed.untilInvitation('accepted')
  t.equal((await accountOf(changed.email))?.status, 'active')
})

t.test('an address of another domain is refused by auth-service', async () => {
  const ida = await employ({ email: 'ida@elsewhere.test' })
  await ida.invite()
  await ida.untilInvitation('failed', '403 domain_not_allowed')
})

t.test('who is hired again gets no second account: the former one is disabled, and stays theirs', async (t) => {
  const ida = await invited()
  await auth.accept(ida.token)
  await ida.untilInvitation('accepted')
  await ida.terminate()
  await ida.remove()
  const again = await employ({ email: ida.email })
  await again.invite()
  await again.untilInvitation('failed', 'account_disabled')
  await setStatus(ida.email, 'active')
  await again.link(ida.userId)
  t.match(await again.employee(), { userId: ida.userId })
})

t.test('an account that was unlinked by hand is offboarded all the same', async () => {
  const ida = await invited()
  await auth.accept(ida.token)
  await ida.untilInvitation('accepted')
  await ida.link(null)
  await ida.terminate()
  await untilAccount(ida.email, 'disabled')
  await ida.untilOffboarding('done')
})

t.test('an invitation that failed ends with the employment, and so does its account', async () => {
  const ida = await invited()
  await pair.expire(ida.email)
  await ida.untilInvitation('failed', 'invitation_expired')
  await ida.terminate()
  await untilAccount(ida.email, 'disabled')
})

t.test('a deletion ends an invitation as a termination does', async (t) => {
  const ida = await invited()
  t.equal((await ida.remove()).status, 204)
  await ida.untilOffboarding('done')
  t.match(await ida.invitation(), { state: 'none' }, 'it can still be read')
  t.equal((await auth.accept(ida.token)).body.code, 'invalid_link')
  t.equal((await accountOf(ida.email))?.status, 'disabled')
})

t.test('an unknown employee is 404', async (t) => {
  const nobody = pair.person('0190b5c4-8a3e-7c1d-9f00-1234567890ab', 'nobody@corp.test')
  t.match(await nobody.invite(), { status: 404, body: { code: 'employee_not_found' } })
  t.match(await nobody.invitation(), { code: 'employee_not_found' })
})

t.end()
