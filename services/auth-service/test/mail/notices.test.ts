import t, { type Test } from 'tap'
import { administratorOf, PASSWORD, refreshWith, startAuthService, type TestService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

async function start(t: Test, options: { now?: () => number } = {}) {
  const mailbox = await startMailbox(t)
  const auth = await startAuthService(t, { variables: mailbox.variables, ...options })
  return { auth, mailbox, ...mailbox }
}

const login = (auth: TestService, email: string, more: object = {}) =>
  auth.call('POST', '/auth/login', { body: { email, password: PASSWORD, delivery: 'body', ...more } })

t.test('a change of password reaches its owner', async (t) => {
  const { auth, next } = await start(t)
  const user = await auth.newUser()
  const change = { currentPassword: PASSWORD, newPassword: 'another-violet-harbour-9' }
  const changed = await auth.call('POST', '/auth/password', { token: user.accessToken, body: change })
  t.equal(changed.statusCode, 200)
  t.match(await next(user.email), { subject: 'Your Latchkey password was changed' })
})

t.test('a change of password that is refused is no news', async (t) => {
  const { auth, next, mailsTo } = await start(t)
  const user = await auth.newUser()
  const body = { currentPassword: 'not-the-password-at-all', newPassword: 'another-violet-harbour-9' }
  t.equal((await auth.call('POST', '/auth/password', { token: user.accessToken, body })).statusCode, 403)
  const again = { currentPassword: PASSWORD, newPassword: 'another-violet-harbour-9' }
  await auth.call('POST', '/auth/password', { token: user.accessToken, body: again })
  await next(user.email)
  t.equal(mailsTo(user.email).length, 1)
})

t.test('the owner of a copied session reads on which device it was', async (t) => {
  let nowMs = Date.now()
  const { auth, next } = await start(t, { now: () => nowMs })
  const { email } = await auth.newAccount()
  const user = await auth.signIn(email, { deviceName: 'Kitchen tablet' })
  const second = (await refreshWith(auth, user.refreshToken)).json().refreshToken
  await refreshWith(auth, second)
  nowMs += 31_000
  t.equal((await refreshWith(auth, user.refreshToken)).json().code, 'token_reused')
  const { subject, text } = await next(email)
  t.equal(subject, 'A copied session of your Latchkey account was ended')
  t.match(text, 'Device: Kitchen tablet')
})

t.test('new roles reach their owner', async (t) => {
  const { auth, next } = await start(t)
  const user = await auth.newAccount()
  const asAdmin = await administratorOf(auth)
  t.equal((await asAdmin('PATCH', `/admin/users/${user.id}`, { roles: ['user', 'staff'] })).statusCode, 200)
  t.match((await next(user.email)).text, 'now: user, staff')
})

t.test('no notice leaves where there is no mail server', async (t) => {
  const auth = await startAuthService(t)
  const user = await auth.newUser()
  t.equal((await login(auth, user.email)).statusCode, 200)
  await refreshWith(auth, user.refreshToken)
})
