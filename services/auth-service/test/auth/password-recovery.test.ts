import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, setCookies, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'
import { startResourceService } from '../support/resource-service.ts'

const NEW_PASSWORD = 'a heron walks over nine slow rivers'
const MINUTE_MS = 60_000

const mailbox = await startMailbox(t)
let lateMs = 0
const auth = await startAuthService(t, { variables: mailbox.variables, now: () => Date.now() + lateMs })
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)

const forgot = (email: string) => auth.call('POST', '/auth/password/forgot', { body: { email } })
const reset = (token: string, password = NEW_PASSWORD) =>
  auth.call('POST', '/auth/password/reset', { body: { token, password } })
const login = (email: string, password: string) => auth.call('POST', '/auth/login', { body: { email, password } })

async function linkFor(email: string): Promise<string> {
  await forgot(email)
  return mailbox.nextToken(email)
}

t.test('who forgot the password sets a new one by a mailed link, and every device is signed out', async (t) => {
  const user = await auth.newUser()
  const elsewhere = await auth.signIn(user.email)
  const token = await linkFor(user.email)
  const response = await reset(token)
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  t.same([...setCookies(response).keys()], ['__Host-device'], 'no session begins')
  for (const { accessToken, refreshToken } of [user, elsewhere]) {
    t.match((await refreshWith(auth, refreshToken)).json(), { code: 'session_ended', reason: 'password_changed' })
    t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).json().code, 'token_revoked')
    t.ok(await resource.eventuallyRefuses(accessToken))
  }
  t.equal((await login(user.email, PASSWORD)).statusCode, 401)
  t.equal((await login(user.email, NEW_PASSWORD)).statusCode, 200)
  const notice = () => mailbox.mailsTo(user.email).some(({ subject }) => subject.includes('password was changed'))
  t.ok(await eventually(notice, 'a notice of the change'))
})

t.test('the link works once, also when two use it at the same time', async (t) => {
  const user = await auth.newUser()
  const token = await linkFor(user.email)
  const answers = await Promise.all([reset(token, `${NEW_PASSWORD} 1`), reset(token, `${NEW_PASSWORD} 2`)])
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [204, 400])
  const won = answers[0]?.statusCode === 204 ? 1 : 2
  t.equal((await login(user.email, `${NEW_PASSWORD} ${won}`)).statusCode, 200)
  t.equal((await reset(token)).json().code, 'invalid_link')
})

t.test('using the link proves the mailbox', async (t) => {
  const user = await auth.newUser()
  t.equal((await asAdmin('GET', `/admin/users/${user.userId}`)).json().user.emailVerified, false)
  await reset(await linkFor(user.email))
  t.equal((await asAdmin('GET', `/admin/users/${user.userId}`)).json().user.emailVerified, true)
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.userId}`)).json()
  const types = items.map(({ type }: { type: string }) => type)
  for (const type of ['password_reset_requested', 'password_changed', 'email_verified', 'session_ended']) {
    t.ok(types.includes(type), type)
  }
})

t.test('a refused password leaves the link good', async (t) => {
  const user = await auth.newUser({ fullName: 'Wilhelmina Featherstonehaugh' })
  const token = await linkFor(user.email)
  for (const weak of ['wilhelmina featherstonehaugh', user.email, 'passwordpassword']) {
    const refused = await reset(token, weak)
    t.equal(refused.statusCode, 400)
    t.match(refused.json(), { code: 'invalid_request', errors: [{ path: '/password' }] })
  }
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200, 'and no session has ended')
  t.equal((await reset(token)).statusCode, 204)
})

t.test('the link dies after half an hour, and with any other change of password, address or status', async (t) => {
  const late = await auth.newUser()
  const lateToken = await linkFor(late.email)
  lateMs = 30 * MINUTE_MS + 1
  t.equal((await reset(lateToken)).json().code, 'invalid_link')
  lateMs = 0

  const changed = await auth.newUser()
  const changedToken = await linkFor(changed.email)
  const body = { currentPassword: PASSWORD, newPassword: 'quiet lanterns float downstream' }
  t.equal((await auth.call('POST', '/auth/password', { token: changed.accessToken, body })).statusCode, 200)
  t.equal((await reset(changedToken)).json().code, 'invalid_link')

  const twice = await auth.newUser()
  const [first, second] = [await linkFor(twice.email), await linkFor(twice.email)]
  t.equal((await reset(first)).statusCode, 204)
  t.equal((await reset(second)).json().code, 'invalid_link', 'a second link of the same state')

  const disabled = await auth.newUser()
  const disabledToken = await linkFor(disabled.email)
  await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
  t.equal((await reset(disabledToken)).json().code, 'invalid_link')

  const erased = await auth.newUser()
  const erasedToken = await linkFor(erased.email)
  await asAdmin('DELETE', `/admin/users/${erased.userId}`)
  t.equal((await reset(erasedToken)).json().code, 'invalid_link')
})

t.test('only active accounts get a link, and the answer says nothing', async (t) => {
  const disabled = await auth.newUser()
  await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
  const known = await auth.newUser()
  const answers = await Promise.all([known.email, disabled.email, 'no-one@example.test'].map(forgot))
  for (const { statusCode, body, headers } of answers) {
    t.equal(statusCode, 202)
    t.equal(body, answers[0]?.body)
    t.same(Object.keys(headers).sort(), Object.keys(answers[0]?.headers ?? {}).sort())
  }
  await mailbox.next(known.email)
  const last = await auth.newUser()
  await linkFor(last.email)
  t.same([disabled.email, 'no-one@example.test'].flatMap(mailbox.mailsTo), [])
})

t.test('the mail goes to the address as the account has it, however it was typed', async (t) => {
  const { email } = await auth.newUser()
  await forgot(email.toUpperCase())
  await eventually(() => mailbox.mailsTo(email).length === 1)
  t.same(mailbox.mailsTo(email.toUpperCase()), [])
})

t.test('a mailbox gets three links an hour, however many callers ask, and none of them is refused', async (t) => {
  const { email } = await auth.newUser()
  for (let n = 0; n < 12; n++) {
    const headers = { 'user-agent': `caller ${n}` }
    const response = await auth.call('POST', '/auth/password/forgot', { body: { email }, headers })
    t.equal(response.statusCode, 202)
  }
  for (let n = 0; n < 3; n++) await mailbox.next(email)
  const last = await auth.newUser()
  await linkFor(last.email)
  t.equal(mailbox.mailsTo(email).length, 3)
})

t.test('one network asks for 300 links an hour, and others go on asking', async (t) => {
  const service = await startAuthService(t, { variables: { TRUST_PROXY: '127.0.0.1' } })
  const ask = (n: number, from: string) =>
    service.call('POST', '/auth/password/forgot', {
      body: { email: `person-${n}@example.test` },
      headers: { 'x-forwarded-for': from },
    })
  for (let n = 0; n < 300; n++) {
    const { statusCode } = await ask(n, `2001:db8::${n.toString(16)}`)
    if (statusCode !== 202) t.fail(`request ${n} answered ${statusCode}`)
  }
  const refused = await ask(300, '2001:db8::ffff')
  t.equal(refused.statusCode, 429)
  t.ok(Number(refused.headers['retry-after']) > 3000)
  t.equal((await ask(300, '2001:db8:0:1::1')).statusCode, 202)
})

t.test('what is no token of a link sets no password', async (t) => {
  for (const token of ['x', 'A'.repeat(43), '💥']) {
    const response = await reset(token)
    t.equal(response.statusCode, 400)
    t.equal(response.json().code, 'invalid_link')
  }
})
