import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { bearer } from '../support/employee-app.ts'
import { servicePair } from '../support/service-pair.ts'

const pair = await servicePair(t)
const { auth, mailbox, employ, accountOf } = pair

t.test('who is invited and accepts is linked to the employee, and signs in with the role staff', async (t) => {
  const ida = await employ()
  t.same(await ida.invitation(), { state: 'none', userId: null, lastError: null, expiresAt: null })
  const invited = await ida.invite()
  t.equal(invited.status, 202)
  t.same(invited.body, { state: 'pending', userId: null, lastError: null, expiresAt: null })
  await ida.untilInvitation('invited', null)
  const account = await accountOf(ida.email)
  t.match(account, { status: 'invited', fullName: 'Ida Bell', roles: ['staff'] })
  const seen = await ida.invitation()
  t.equal(seen.userId, account?.id)
  t.ok(Date.parse(seen.expiresAt) > Date.now() + 6 * 24 * 3_600_000)

  const accepted = await auth.accept(await mailbox.nextToken(ida.email))
  t.equal(accepted.status, 200)
  await ida.untilInvitation('accepted')
  t.same(await ida.invitation(), { state: 'accepted', userId: account?.id, lastError: null, expiresAt: null })
  t.match(await ida.employee(), { userId: account?.id, version: 2 })
  const own = await pair.app.inject({
    url: '/employees/me',
    headers: { authorization: `Bearer ${accepted.body.accessToken}` },
  })
  t.match(own.json(), { id: ida.id })
  const { items } = (await pair.call('GET', `${ida.url}/history`)).body
  t.match(items[0], { actor: { kind: 'client', id: 'employee-service' }, changes: [{ field: 'userId', from: null }] })
})

t.test('a termination ends an open invitation, and the account is disabled', async (t) => {
  const ida = await employ()
  await ida.invite()
  await ida.untilInvitation('invited')
  const token = await mailbox.nextToken(ida.email)
  const terminated = await ida.terminate()
  t.match(terminated, { status: 202, body: { offboarding: { state: 'pending' } } })
  t.match(await ida.invitation(), { state: 'none', userId: null })
  await ida.untilOffboarding('done')
  t.match(await accountOf(ida.email), { status: 'disabled' })
  t.equal((await auth.accept(token)).body.code, 'invalid_link')
  t.match(await ida.invite(), { status: 409, body: { code: 'terminated' } })
})

t.test('who was invited and accepted is offboarded by a termination as well as before', async () => {
  const ida = await employ()
  await ida.invite()
  await ida.untilInvitation('invited')
  await auth.accept(await mailbox.nextToken(ida.email))
  await ida.terminate()
  await ida.untilOffboarding('done')
  await eventually(async () => (await accountOf(ida.email))?.status === 'disabled')
})

t.test('inviting needs both scopes, reading one', async (t) => {
  const ida = await employ()
  const writer = bearer('employees:write')
  t.equal((await pair.call('POST', `${ida.url}/invitation`, {}, writer)).body.code, 'insufficient_scope')
  t.equal(
    (await pair.call('POST', `${ida.url}/invitation`, {}, bearer('users:invite'))).body.code,
    'insufficient_scope',
  )
  t.equal((await pair.call('GET', `${ida.url}/invitation`, undefined, writer)).status, 200)
  t.equal((await pair.call('GET', `${ida.url}/invitation`, undefined, bearer('employees:read'))).status, 403)
})

t.end()
