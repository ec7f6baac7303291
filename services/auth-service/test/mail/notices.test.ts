import { eventually } from '@latchkey/test-kit'
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

t.test('a sign-in on a new device reaches the owner, one on a device from before does not', async (t) => {
  const { auth, next, mailsTo } = await start(t)
  const { email } = await auth.newAccount()
  const first = await auth.signIn(email)
  await auth.signIn(email, { deviceName: 'Kitchen tablet' })
  const { subject, text } = await next(email)
  t.equal(subject, 'New sign-in to Latchkey')
  t.match(text, 'Device: Kitchen tablet')

  await auth.signIn(email, { deviceId: first.deviceId })
  await auth.call('POST', '/auth/logout', { body: { refreshToken: first.refreshToken } })
  await auth.signIn(email, { deviceId: first.deviceId })
  await auth.signIn(email, { deviceId: 'a-device-that-was-made-up' })
  await next(email)
  t.equal(mailsTo(email).length, 2, 'the first sign-in of the account and the known device are no news')
})

t.test('who accepts an invitation or registers needs no notice of it, then or at the first sign-in', async (t) => {
  const mailbox = await startMailbox(t)
  const auth = await startAuthService(t, { variables: { ...mailbox.variables, REGISTRATION: 'open' } })
  const asAdmin = await administratorOf(auth)
  const post = (url: string, body: object) => auth.call('POST', url, { body })
  const invited = 'invited@example.test'
  t.equal((await asAdmin('POST', '/admin/users', { email: invited })).statusCode, 201)
  const acceptance = { token: await mailbox.nextToken(invited), password: PASSWORD, delivery: 'body' }
  t.equal((await post('/auth/invitations/accept', acceptance)).statusCode, 200)

  const [registered, signedIn] = ['registered@example.test', 'signed-in@example.test']
  const account = (email: string) => ({ email, username: email.split('@')[0], password: PASSWORD })
  t.equal((await post('/auth/register', account(registered))).statusCode, 201)
  t.equal((await login(auth, registered)).statusCode, 200)
  t.equal((await post('/auth/register', { ...account(signedIn), delivery: 'body' })).statusCode, 201)

  for (const email of [invited, registered, signedIn]) {
    t.equal((await login(auth, email, { deviceName: 'Another' })).statusCode, 200)
    await eventually(() => mailbox.mailsTo(email).some(({ subject }) => subject === 'New sign-in to Latchkey'))
    const subjects = mailbox.mailsTo(email).map(({ subject }) => subject)
    t.equal(subjects.filter((subject) => subject === 'New sign-in to Latchkey').length, 1, email)
  }
})

t.test('many sign-ins on new devices at once are three notices', async (t) => {
  const { auth, mailsTo } = await start(t)
  const { email } = await auth.newAccount()
  await auth.signIn(email)
  await Promise.all(Array.from({ length: 10 }, () => auth.signIn(email)))
  // A mail arrives before it is marked as sent, and counted.
  const metrics = async () => (await auth.app.operations.inject('/metrics')).body
  await eventually(async () => /mail_attempts_total\{kind="new_device",result="sent"\} 3/.test(await metrics()))
  t.equal(mailsTo(email).length, 3)
})

t.test('no notice leaves where there is no mail server', async (t) => {
  const auth = await startAuthService(t)
  const user = await auth.newUser()
  t.equal((await login(auth, user.email)).statusCode, 200)
  await refreshWith(auth, user.refreshToken)
})
