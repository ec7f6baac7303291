import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, type SignedIn, startAuthService } from '../support/auth-service.ts'
import { startMailbox, tokenIn } from '../support/mailbox.ts'
import { startResourceService } from '../support/resource-service.ts'

const NEW_PASSWORD = 'a heron walks over nine slow rivers'
const DAY_MS = 24 * 3_600_000

const mailbox = await startMailbox(t)
let lateMs = 0
const auth = await startAuthService(t, { variables: mailbox.variables, now: () => Date.now() + lateMs })
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)

let addresses = 0
const newAddress = (): string => `address-${++addresses}@example.test`

const request = (user: Pick<SignedIn, 'accessToken'>, email: string, currentPassword = PASSWORD) =>
  auth.call('POST', '/auth/email', { token: user.accessToken, body: { email, currentPassword } })
const confirm = (token: string, proof: { password?: string; token?: string } = { password: PASSWORD }) =>
  auth.call('POST', '/auth/email/confirm', {
    body: { token, ...(proof.password !== undefined && { password: proof.password }) },
    ...(proof.token !== undefined && { token: proof.token }),
  })
const undo = (token: string) => auth.call('POST', '/auth/email/undo', { body: { token } })
const reset = (token: string) => auth.call('POST', '/auth/password/reset', { body: { token, password: NEW_PASSWORD } })
const login = (email: string, password: string = PASSWORD) =>
  auth.call('POST', '/auth/login', { body: { email, password } })
const userOf = async (id: string) => (await asAdmin('GET', `/admin/users/${id}`)).json().user

/** As everyone is who came by an invitation. Without a proved mailbox there is nothing to come back to. */
const newUser = () => auth.newUser({ isVerified: true })

/** A user whose address was changed: the links that did it and that undo it. */
async function changedUser() {
  const user = await newUser()
  const email = newAddress()
  await request(user, email)
  const links = { change: await mailbox.nextToken(email), undo: await mailbox.nextToken(user.email) }
  const confirmed = await confirm(links.change)
  if (confirmed.statusCode !== 204) throw new Error(`the confirmation answered ${confirmed.statusCode}`)
  return { ...user, newEmail: email, links }
}

t.test('a change of address waits for the link that goes to the new address', async (t) => {
  const user = await newUser()
  const email = newAddress()
  const asked = await request(user, email)
  t.equal(asked.statusCode, 202)
  t.same(asked.json(), {})
  t.match(await userOf(user.userId), { email: user.email, emailVerified: true })
  t.match((await mailbox.next(user.email)).subject, 'is changing')
  const token = await mailbox.nextToken(email)
  t.equal((await login(email)).statusCode, 401)

  const confirmed = await confirm(token, { token: user.accessToken })
  t.equal(confirmed.statusCode, 204)
  t.match(await userOf(user.userId), { email, emailVerified: true })
  t.equal((await login(email)).statusCode, 200)
  t.equal((await login(user.email)).statusCode, 401)
  t.equal((await refreshWith(auth, user.refreshToken)).json().user.email, email, 'the session goes on')
  t.equal((await confirm(token)).json().code, 'invalid_link', 'once')
})

t.test('confirming needs the link and the account', async (t) => {
  const user = await newUser()
  const other = await newUser()
  const email = newAddress()
  await request(user, email)
  const token = await mailbox.nextToken(email)
  for (const [title, proof] of Object.entries({
    'the link alone': {},
    'a wrong password': { password: 'not the password of it' },
    'the token of another account': { token: other.accessToken },
    'a token that is none': { token: 'x.y.z' },
  })) {
    const response = await confirm(token, proof)
    t.equal(response.statusCode, 401, title)
    t.equal(response.json().code, 'sign_in_required', title)
    t.match(response.headers['www-authenticate'], /^Bearer/, title)
  }
  t.equal((await userOf(user.userId)).email, user.email)
  t.equal((await confirm(token)).statusCode, 204, 'the link is still good')
})

t.test('a cookie confirms from the service’s own pages alone', async (t) => {
  const user = await newUser()
  const email = newAddress()
  await request(user, email)
  const token = await mailbox.nextToken(email)
  const cookies = `__Host-access=${user.accessToken}`
  const send = (headers: Record<string, string>) =>
    auth.call('POST', '/auth/email/confirm', { body: { token }, cookies, headers })
  t.equal((await send({ origin: 'https://evil.test' })).json().code, 'csrf_rejected')
  t.equal((await send({ 'sec-fetch-site': 'same-origin' })).statusCode, 204)
})

t.test('asking needs the current password, and wrong ones count as guesses', async (t) => {
  const user = await newUser()
  const email = newAddress()
  const refused = await request(user, email, 'not the password of it')
  t.equal(refused.statusCode, 403)
  t.equal(refused.json().code, 'wrong_password')
  let last = 403
  for (let n = 0; n < 60 && last === 403; n++) last = (await request(user, email, `guess number ${n}`)).statusCode
  t.equal(last, 429)
  const anonymous = await auth.call('POST', '/auth/email', { body: { email, currentPassword: PASSWORD } })
  t.equal(anonymous.json().code, 'unauthenticated')
  const probe = await newUser()
  await request(probe, newAddress())
  await mailbox.next(probe.email)
  t.same([...mailbox.mailsTo(email), ...mailbox.mailsTo(user.email)], [])
})

t.test('a newer request replaces the one before', async (t) => {
  const user = await newUser()
  const [first, second] = [newAddress(), newAddress()]
  await request(user, first)
  const firstToken = await mailbox.nextToken(first)
  await request(user, second)
  t.equal((await confirm(firstToken)).json().code, 'invalid_link')
  t.equal((await confirm(await mailbox.nextToken(second))).statusCode, 204)
  t.equal((await userOf(user.userId)).email, second)
})

t.test('whether the new address is taken shows to the owner of its mailbox alone', async (t) => {
  const user = await newUser()
  const taken = await newUser()
  const free = await request(user, newAddress())
  const known = await request(user, taken.email)
  t.equal(known.statusCode, 202)
  t.equal(known.body, free.body)
  const response = await confirm(await mailbox.nextToken(taken.email), { token: user.accessToken })
  t.equal(response.statusCode, 409)
  t.equal(response.json().code, 'email_taken')
  t.equal((await userOf(user.userId)).email, user.email)
  t.equal((await userOf(taken.userId)).email, taken.email)
})

t.test('before the confirmation an undo cancels what was asked for, ends every session and the password', async (t) => {
  const user = await newUser()
  const email = newAddress()
  await request(user, email)
  const changeToken = await mailbox.nextToken(email)
  const undoToken = await mailbox.nextToken(user.email)
  const undone = await undo(undoToken)
  t.equal(undone.statusCode, 204)
  t.match(await userOf(user.userId), { email: user.email, emailVerified: true })
  t.match((await refreshWith(auth, user.refreshToken)).json(), { code: 'session_ended' })
  t.ok(await resource.eventuallyRefuses(user.accessToken))
  t.equal((await login(user.email)).statusCode, 401)
  t.equal((await confirm(changeToken)).json().code, 'invalid_link')
  t.equal((await undo(undoToken)).json().code, 'invalid_link')
  const { text } = await mailbox.next(user.email)
  t.match(text, 'Your old password no longer works')
  t.equal((await reset(tokenIn(text))).statusCode, 204)
  t.equal((await login(user.email, NEW_PASSWORD)).statusCode, 200)
})

t.test('for a week after the confirmation an undo brings the old address back', async (t) => {
  const user = await changedUser()
  t.match(await userOf(user.userId), { email: user.newEmail, emailVerified: true })

  lateMs = 7 * DAY_MS - 60_000
  t.equal((await undo(user.links.undo)).statusCode, 204)
  t.equal((await login(user.newEmail)).statusCode, 401)
  t.equal((await login(user.email)).statusCode, 401, 'the password is void')
  t.match((await refreshWith(auth, user.refreshToken)).json(), { code: 'session_ended' })
  const resetToken = await mailbox.nextToken(user.email)
  lateMs = 0
  t.match(await userOf(user.userId), { email: user.email, emailVerified: true })
  t.equal((await reset(resetToken)).statusCode, 204)
  t.equal((await login(user.email, NEW_PASSWORD)).statusCode, 200)
})

t.test('a mailbox that nobody has proved is sent no undo, and is free for others once it is left', async (t) => {
  const user = await auth.newUser()
  const email = newAddress()
  t.equal((await request(user, email)).statusCode, 202)
  t.equal((await confirm(await mailbox.nextToken(email))).statusCode, 204)
  const third = newAddress()
  await request(user, third)
  await mailbox.nextToken(email)
  t.equal((await confirm(await mailbox.nextToken(third))).statusCode, 204)
  t.same(mailbox.mailsTo(user.email), [])
  t.ok(await auth.newAccount({ email: user.email }))
})

t.test('who proves the address while a change of it waits gets their way back when it is confirmed', async (t) => {
  const user = await auth.newUser()
  const email = newAddress()
  await request(user, email)
  const token = await mailbox.nextToken(email)
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { email: user.email })
  t.equal((await confirm(token)).statusCode, 204)
  t.equal((await undo(await mailbox.nextToken(user.email))).statusCode, 204)
  t.match(await userOf(user.userId), { email: user.email, emailVerified: true })
})

t.test('after a week a change stays', async (t) => {
  const user = await changedUser()
  lateMs = 7 * DAY_MS + 60_000
  t.equal((await undo(user.links.undo)).json().code, 'invalid_link')
  lateMs = 0
  t.equal((await userOf(user.userId)).email, user.newEmail)
})

t.test('the link that undoes a change is dead after another change; its mailbox has got one for that', async (t) => {
  const user = await changedUser()
  const third = newAddress()
  await request(user, third)
  await confirm(await mailbox.nextToken(third))
  t.equal((await undo(user.links.undo)).json().code, 'invalid_link')
  t.equal((await userOf(user.userId)).email, third)
  t.equal((await undo(await mailbox.nextToken(user.email))).statusCode, 204)
  t.equal((await userOf(user.userId)).email, user.email, 'two changes in a row shut no owner out')
})

t.test('an undo of the second change leaves the first mailbox its own way back', async (t) => {
  const user = await changedUser()
  const third = newAddress()
  await request(user, third)
  await confirm(await mailbox.nextToken(third))
  const secondUndo = await mailbox.nextToken(user.email)
  t.equal((await undo(await mailbox.nextToken(user.newEmail))).statusCode, 204)
  t.equal((await userOf(user.userId)).email, user.newEmail)
  t.equal((await undo(secondUndo)).json().code, 'invalid_link')
  t.equal((await undo(await mailbox.nextToken(user.email))).statusCode, 204)
  t.equal((await userOf(user.userId)).email, user.email)
})

t.test('an address that was verified is kept for its week, and free again after an undo or an erasure', async (t) => {
  const user = await changedUser()
  const third = newAddress()
  await request(user, third)
  await confirm(await mailbox.nextToken(third))
  await t.rejects(auth.newAccount({ email: user.newEmail }), { message: 'the address is kept for an account' })
  const other = await newUser()
  await request(other, user.newEmail)
  await mailbox.next(user.newEmail)
  const token = await mailbox.nextToken(user.newEmail)
  const refused = await confirm(token, { token: other.accessToken })
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'email_taken')
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204)
  t.equal(
    (await confirm(token, { token: other.accessToken })).json().code,
    'invalid_link',
    'the address is erased everywhere',
  )
  await request(other, user.newEmail)
  const anotherToken = await mailbox.nextToken(user.newEmail)
  t.equal((await confirm(anotherToken, { token: other.accessToken })).statusCode, 204)
})

t.test('a mailbox is not sent more undo links than three an hour, and without one nothing changes', async (t) => {
  const user = await newUser()
  for (let n = 0; n < 3; n++) t.equal((await request(user, newAddress())).statusCode, 202)
  const refused = await request(user, newAddress())
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['retry-after'], '3600')
})

t.test(
  'a mailbox gets three links of changes an hour from all accounts together, and a refusal leaves the link before it valid',
  async (t) => {
    const wanted = newAddress()
    const [first, second] = [await auth.newUser(), await auth.newUser()]
    const ask = (user: { accessToken: string }) =>
      auth.call('POST', '/auth/email', { token: user.accessToken, body: { email: wanted, currentPassword: PASSWORD } })
    t.equal((await ask(second)).statusCode, 202)
    const link = await mailbox.nextToken(wanted)
    for (let n = 0; n < 2; n++) t.equal((await ask(first)).statusCode, 202)
    const refused = await ask(second)
    t.equal(refused.statusCode, 429)
    t.equal(refused.headers['retry-after'], '3600')
    t.equal((await confirm(link, { token: second.accessToken })).statusCode, 204)
  },
)

t.test('REGISTRATION_DOMAINS bound new addresses, too', async (t) => {
  const variables = { ...mailbox.variables, REGISTRATION: 'open', REGISTRATION_DOMAINS: 'corp.test' }
  const service = await startAuthService(t, { variables })
  const user = await service.newUser({ email: 'ada@corp.test' })
  const ask = (email: string) =>
    service.call('POST', '/auth/email', { token: user.accessToken, body: { email, currentPassword: PASSWORD } })
  const refused = await ask('ada@elsewhere.test')
  t.equal(refused.statusCode, 403)
  t.equal(refused.json().code, 'domain_not_allowed')
  t.equal((await ask('Ada.L@Corp.Test')).statusCode, 202)
})

t.test('with mail off a change of address answers 202 and sends nothing', async (t) => {
  const service = await startAuthService(t)
  const user = await service.newUser()
  const body = { email: newAddress(), currentPassword: PASSWORD }
  t.equal((await service.call('POST', '/auth/email', { token: user.accessToken, body })).statusCode, 202)
  const forgot = await service.call('POST', '/auth/password/forgot', { body: { email: user.email } })
  t.equal(forgot.statusCode, 202)
})
