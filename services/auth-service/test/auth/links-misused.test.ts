import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, type SignedIn, startAuthService } from '../support/auth-service.ts'
import { dumpOf, placesOf } from '../support/dump.ts'
import { startMailbox } from '../support/mailbox.ts'

const NEW_PASSWORD = 'a heron walks over nine slow rivers'

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, { variables: mailbox.variables })
const asAdmin = await administratorOf(auth)

let addresses = 0
const newAddress = (): string => `address-${++addresses}@example.test`
const post = (path: string, body: object, token?: string) =>
  auth.call('POST', `/auth/${path}`, { body, ...(token !== undefined && { token }) })
const askForAddress = ({ accessToken }: Pick<SignedIn, 'accessToken'>, email: string, currentPassword = PASSWORD) =>
  post('email', { email, currentPassword }, accessToken)
const reset = (token: string) => post('password/reset', { token, password: NEW_PASSWORD })
const userOf = async (id: string) => (await asAdmin('GET', `/admin/users/${id}`)).json().user

t.test('a session that was left open is worth no account: neither an address nor a link for it', async (t) => {
  const owner = await auth.newUser({ isVerified: true })
  const mine = newAddress()
  t.equal((await askForAddress(owner, mine, 'not the password of it')).json().code, 'wrong_password')

  // Even with the password, a link for the account goes where the account is, and not where it is asked to go.
  await askForAddress(owner, mine)
  const change = await mailbox.nextToken(mine)
  await post('password/forgot', { email: mine })
  await post('password/forgot', { email: owner.email })
  const undo = await mailbox.nextToken(owner.email)
  const recovery = await mailbox.nextToken(owner.email)
  t.equal(mailbox.mailsTo(mine).length, 1)
  t.equal((await reset(recovery)).statusCode, 204)
  t.equal((await post('email/confirm', { token: change, password: PASSWORD })).json().code, 'invalid_link')
  t.equal((await userOf(owner.userId)).email, owner.email)
  t.equal((await post('email/undo', { token: undo })).statusCode, 204, 'and a careful owner may still undo')
})

t.test('who confirmed an address of theirs loses the account to its owner, for good', async (t) => {
  const owner = await auth.newUser({ isVerified: true })
  const mine = newAddress()
  await askForAddress(owner, mine)
  await post('email/confirm', { token: await mailbox.nextToken(mine), password: PASSWORD })
  await post('password/forgot', { email: mine })
  const recovery = await mailbox.nextToken(mine)
  t.equal((await post('email/undo', { token: await mailbox.nextToken(owner.email) })).statusCode, 204)
  t.equal((await reset(recovery)).json().code, 'invalid_link')
  t.equal((await refreshWith(auth, owner.refreshToken)).json().code, 'session_ended')
  await post('password/forgot', { email: mine })
  t.equal((await reset(await mailbox.nextToken(owner.email))).statusCode, 204)
  t.equal((await auth.signIn(owner.email, { password: NEW_PASSWORD })).userId, owner.userId)
  t.equal(mailbox.mailsTo(mine).length, 2)
})

t.test('no link undoes what an administrator changed', async (t) => {
  const asked = await auth.newUser({ isVerified: true })
  await askForAddress(asked, newAddress())
  const changed = await auth.newUser({ isVerified: true })
  const own = newAddress()
  await askForAddress(changed, own)
  await post('email/confirm', { token: await mailbox.nextToken(own), password: PASSWORD })
  for (const { userId, email } of [asked, changed]) {
    const undo = await mailbox.nextToken(email)
    const set = newAddress()
    t.equal((await asAdmin('PATCH', `/admin/users/${userId}`, { email: set })).statusCode, 200)
    t.equal((await post('email/undo', { token: undo })).json().code, 'invalid_link')
    t.match(await userOf(userId), { email: set, emailVerified: true })
  }
  const notice = await mailbox.next(own)
  t.match(notice.subject, /address of your Latchkey account was changed/)
  t.notMatch(notice.text, /#token=/)
  t.ok(await auth.newAccount({ email: changed.email }), 'the address before is free')
})

t.test('a link of one purpose or account is worth nothing for another', async (t) => {
  const user = await auth.newUser({ isVerified: true })
  const other = await auth.newUser({ isVerified: true })
  const email = newAddress()
  await askForAddress(user, email)
  await post('password/forgot', { email: user.email })
  const links = {
    change: await mailbox.nextToken(email),
    undo: await mailbox.nextToken(user.email),
    reset: await mailbox.nextToken(user.email),
  }
  for (const [path, body] of [
    ['password/reset', { token: links.change, password: NEW_PASSWORD }],
    ['password/reset', { token: links.undo, password: NEW_PASSWORD }],
    ['email/confirm', { token: links.undo, password: PASSWORD }],
    ['email/confirm', { token: links.reset, password: PASSWORD }],
    ['email/undo', { token: links.change }],
    ['email/undo', { token: links.reset }],
    ['invitations/accept', { token: links.reset, password: NEW_PASSWORD }],
  ] as const) {
    const response = await post(path, body)
    if (response.statusCode === 404) continue
    t.equal(response.json().code, 'invalid_link', `${path} ${JSON.stringify(body)}`)
  }
  const foreign = await post('email/confirm', { token: links.change }, other.accessToken)
  t.equal(foreign.json().code, 'sign_in_required')
  t.equal((await userOf(other.userId)).email, other.email)
})

t.test('who was offboarded is sent nothing, and no earlier link lets them in', async (t) => {
  const user = await auth.newUser({ isVerified: true })
  const email = newAddress()
  await askForAddress(user, email)
  await post('password/forgot', { email: user.email })
  const change = await mailbox.nextToken(email)
  const undo = await mailbox.nextToken(user.email)
  const recovery = await mailbox.nextToken(user.email)
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { status: 'disabled' })
  t.equal((await post('password/forgot', { email: user.email })).statusCode, 202)
  const probe = await auth.newUser({ isVerified: true })
  await post('password/forgot', { email: probe.email })
  await mailbox.next(probe.email)
  t.equal(mailbox.mailsTo(user.email).length, 2)
  t.equal((await reset(recovery)).json().code, 'invalid_link')
  t.equal((await post('email/confirm', { token: change, password: PASSWORD })).json().code, 'invalid_link')
  t.equal((await post('email/undo', { token: undo })).json().code, 'invalid_link')
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { status: 'active' })
  t.equal((await reset(recovery)).json().code, 'invalid_link', 'not even when they are back')
  t.equal((await post('email/confirm', { token: change, password: PASSWORD })).json().code, 'invalid_link')
})

t.test('a token of a link is in its mail alone: in no log, no audit entry, no queue and no database', async (t) => {
  const user = await auth.newUser({ isVerified: true })
  const email = newAddress()
  await askForAddress(user, email)
  const confirmed = await mailbox.next(email)
  const undone = await mailbox.next(user.email)
  for (const { text } of [confirmed, undone])
    t.notMatch(text, /[?&]token=|\/[\w-]{43}/, 'in the fragment, which no referrer has')
  const [, change = ''] = /#token=([\w-]+)/.exec(confirmed.text) ?? []
  const [, undo = ''] = /#token=([\w-]+)/.exec(undone.text) ?? []
  await post('password/forgot', { email: user.email })
  const recovery = await mailbox.nextToken(user.email)
  await reset('x'.repeat(43))
  await post('email/confirm', { token: change })
  const before = await dumpOf(auth.environment)
  await reset(recovery)
  await post('email/undo', { token: undo })
  await asAdmin('GET', '/admin/audit')
  const after = await dumpOf(auth.environment)
  const log = JSON.stringify(auth.logs.lines())
  for (const token of [change, undo, recovery]) {
    t.equal(token.length, 43)
    const forms = [token, Buffer.from(token, 'base64url').toString('hex'), Buffer.from(token).toString('base64')]
    t.same([...placesOf(before, ...forms), ...placesOf(after, ...forms)], [])
    t.notOk(forms.some((form) => log.includes(form)))
  }
})
