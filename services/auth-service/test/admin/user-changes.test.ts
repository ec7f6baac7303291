import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, { variables: mailbox.variables })
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const change = (userId: string, body: object) => asAdmin('PATCH', `/admin/users/${userId}`, body)

t.test('a role that is taken away is refused by every service at once, and the session goes on', async (t) => {
  const user = await auth.newUser({ roles: ['user', 'hr'] })
  t.equal(await resource.verify(user.accessToken), 'ok')
  t.equal((await change(user.userId, { roles: ['user'] })).statusCode, 200)
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  t.ok(await resource.eventuallyRefuses(user.accessToken))
  const refreshed = (await refreshWith(auth, user.refreshToken)).json()
  t.same(claimsOf(refreshed.accessToken).roles, ['user'])
  t.equal(await resource.verify(refreshed.accessToken), 'ok')
})

t.test('a role that is added refuses no token, and its owner hears of it', async (t) => {
  const user = await auth.newUser()
  await change(user.userId, { roles: ['user', 'staff'] })
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
  t.match((await mailbox.next(user.email)).text, /Your roles in Latchkey are now: user, staff/)
})

t.test('an address that an administrator sets counts as verified, and the old mailbox hears of it', async (t) => {
  const user = await auth.newUser()
  const email = `new-${user.email}`
  const changed = await change(user.userId, { email })
  t.match(changed.json().user, { email, emailVerified: true })
  const notice = await mailbox.next(user.email)
  t.match(notice.subject, /address of your Latchkey account was changed/)
  t.notMatch(notice.text, /https?:/, 'nothing undoes it')
  await t.rejects(auth.signIn(user.email), /401/)
  t.equal((await auth.signIn(email)).userId, user.userId)
  t.equal(claimsOf((await refreshWith(auth, user.refreshToken)).json().accessToken).email, email)

  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.userId}&type=email_changed`)).json()
  t.match(items, [{ details: { before: { email: user.email }, after: { email } } }])
})

t.test('the same address again says that it is verified, and sends no notice', async (t) => {
  const user = await auth.newUser()
  t.equal((await change(user.userId, { email: user.email })).json().user.emailVerified, true)
  await change(user.userId, { roles: ['staff'] })
  t.match((await mailbox.next(user.email)).text, /Your roles/, 'the first mail is another one')
})

t.test('names that another account has are taken, and those of the operator are reserved', async (t) => {
  const [user, other] = [await auth.newAccount(), await auth.newAccount()]
  t.equal((await change(user.id, { email: other.email.toUpperCase() })).json().code, 'email_taken')
  t.equal((await change(user.id, { username: other.username.toUpperCase() })).json().code, 'username_taken')
  t.match((await change(user.id, { username: 'helpdesk' })).json(), { errors: [{ path: '/username' }] })
  t.equal((await change(user.id, { username: `${user.username}-2` })).json().user.username, `${user.username}-2`)
})

t.test('an administrator makes no account invited, and sets no password', async (t) => {
  const { id } = await auth.newAccount()
  t.match((await change(id, { status: 'invited' })).json(), { errors: [{ path: '/status' }] })
  t.match((await change(id, { password: PASSWORD })).json(), { errors: [{ path: '/password' }] })
})
