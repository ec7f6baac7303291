import { randomInt } from 'node:crypto'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, {
  variables: {
    ...mailbox.variables,
    REGISTRATION: 'open',
    REGISTRATION_DOMAINS: 'corp.test',
    TRUST_PROXY: '127.0.0.1',
  },
})
const asAdmin = await administratorOf(auth)

const register = (body: object) =>
  auth.call('POST', '/auth/register', {
    body: { password: PASSWORD, ...body },
    headers: { 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` },
  })
const login = (email: string, password = PASSWORD) =>
  auth.call('POST', '/auth/login', { body: { email, password, delivery: 'body' } })
const find = async (email: string) =>
  (await asAdmin('GET', `/admin/users?query=${encodeURIComponent(email)}`)).json().items

t.test('an account signs in once its address is verified, and the answer is a mail', async (t) => {
  const email = 'ann@corp.test'
  const registered = await register({ email, username: 'ann', delivery: 'body' })
  t.equal(registered.statusCode, 202)
  t.same(registered.json(), {})
  t.equal(registered.headers['set-cookie'], undefined)

  const refused = await login(email)
  t.equal(refused.statusCode, 403)
  t.equal(refused.json().code, 'email_unverified')
  t.equal((await login(email, 'wrong-wrong-wrong')).json().code, 'invalid_credentials', 'after a right password alone')

  const token = await mailbox.nextToken(email)
  const confirmed = await auth.call('POST', '/auth/verification/confirm', { body: { token, password: PASSWORD } })
  t.equal(confirmed.statusCode, 204)
  t.equal((await login(email)).json().user.emailVerified, true)
})

t.test('a role proves no address: nobody signs in before the mailbox is shown', async (t) => {
  const email = 'promoted@corp.test'
  await register({ email, username: 'promoted' })
  const [{ id }] = await find(email)
  const token = await mailbox.nextToken(email)
  t.equal((await asAdmin('PATCH', `/admin/users/${id}`, { roles: ['staff'] })).statusCode, 200)
  const refused = await login(email)
  t.equal(refused.statusCode, 403)
  t.equal(refused.json().code, 'email_unverified')
  await auth.call('POST', '/auth/verification/confirm', { body: { token, password: PASSWORD } })
  t.equal((await login(email)).statusCode, 200)
})

t.test('addresses of other domains are refused, those of a subdomain too', async (t) => {
  for (const email of ['x@example.test', 'x@sub.corp.test', 'x@corp.test.example', 'x@notcorp.test']) {
    const refused = await register({ email, username: 'x' })
    t.equal(refused.statusCode, 403, email)
    t.equal(refused.json().code, 'domain_not_allowed', email)
  }
  t.equal((await register({ email: 'x@CORP.test', username: 'x' })).statusCode, 202)
})

t.test('a taken address has the same answer, no other account, and keeps its password', async (t) => {
  const active = await auth.newAccount({ email: 'active@corp.test' })
  const disabled = await auth.newAccount({ email: 'leaver@corp.test' })
  await asAdmin('PATCH', `/admin/users/${disabled.id}`, { status: 'disabled' })
  await asAdmin('POST', '/admin/users', { email: 'invited@corp.test' })
  const free = await register({ email: 'free@corp.test', username: 'free' })
  for (const email of ['active@corp.test', 'leaver@corp.test', 'invited@corp.test', 'ACTIVE@corp.test']) {
    const taken = await register({ email, username: 'free', password: 'copper-lantern-drifts-9' })
    t.equal(taken.statusCode, free.statusCode, email)
    t.equal(taken.body, free.body, email)
    t.same(Object.keys(taken.headers), Object.keys(free.headers), email)
    t.equal((await login(email, 'copper-lantern-drifts-9')).json().code, 'invalid_credentials', email)
  }
  t.equal((await login(active.email)).statusCode, 200)
  t.equal((await login(disabled.email)).json().code, 'account_disabled', 'who was offboarded stays out')
  t.equal((await find('leaver@corp.test')).length, 1)
})

t.test('a taken user name says nothing about the address: the account gets another one', async (t) => {
  await auth.newAccount({ username: 'robin' })
  const first = await register({ email: 'robin@corp.test', username: 'Robin' })
  const again = await register({ email: 'robin@corp.test', username: 'Robin' })
  t.same([first.statusCode, again.statusCode], [202, 202])
  const [user] = await find('robin@corp.test')
  t.match(user.username, /^Robin-\d{4}$/)
})

t.test('registering again sends the link of the account that is there again', async (t) => {
  const email = 'twice@corp.test'
  await register({ email, username: 'twice' })
  const first = await mailbox.nextToken(email)
  await register({ email, username: 'twice', password: 'copper-lantern-drifts-9' })
  const second = await mailbox.nextToken(email)
  const confirm = (token: string, password: string) =>
    auth.call('POST', '/auth/verification/confirm', { body: { token, password } })
  t.equal((await confirm(first, PASSWORD)).json().code, 'invalid_link', 'a newer one took its place')
  t.equal((await confirm(second, 'copper-lantern-drifts-9')).json().code, 'sign_in_required')
  t.equal((await confirm(second, PASSWORD)).statusCode, 204)
})
