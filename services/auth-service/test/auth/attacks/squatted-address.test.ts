import { randomInt } from 'node:crypto'
import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, type SignedIn, startAuthService } from '../../support/auth-service.ts'
import { startMailbox } from '../../support/mailbox.ts'
import { startResourceService } from '../../support/resource-service.ts'

// A stranger registers another person’s address, and waits for its owner to make the account worth having.

const OWNERS = 'copper-lantern-drifts-9'
const mailbox = await startMailbox(t)
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, REGISTRATION: 'open', TRUST_PROXY: '127.0.0.1' },
})
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const { databaseUrl: url, schema } = auth.environment
const { pool, close } = createDatabase<unknown>({ url, schema, ...NO_HURRY })
t.teardown(close)

const register = (body: object) =>
  auth.call('POST', '/auth/register', {
    body,
    headers: { 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` },
  })
const login = (email: string, password: string) =>
  auth.call('POST', '/auth/login', { body: { email, password, delivery: 'body' } })

type Assertions = Pick<typeof t, 'equal' | 'ok'>

let victims = 0
async function squat(): Promise<SignedIn> {
  const email = `victim${++victims}@corp.test`
  const body = { email, username: `squatter${victims}`, password: PASSWORD, delivery: 'body' }
  const { user, device, accessToken, refreshToken } = (await register(body)).json()
  return { email, userId: user.id, deviceId: device.id, accessToken, refreshToken }
}

async function assertShutOut(t: Assertions, { email, accessToken, refreshToken }: SignedIn): Promise<void> {
  t.equal((await login(email, PASSWORD)).json().code, 'invalid_credentials', 'the first password')
  t.equal((await refreshWith(auth, refreshToken)).json().code, 'session_ended', 'the first session')
  t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).json().code, 'token_revoked')
  t.ok(await resource.eventuallyRefuses(accessToken), 'at every verifier')
}

t.test('the owner who is invited gets an account of their own', async (t) => {
  const stranger = await squat()
  const link = await mailbox.nextToken(stranger.email)
  const invited = await asAdmin('POST', '/admin/users', { email: stranger.email, roles: ['staff'] })
  t.equal(invited.statusCode, 201)
  t.not(invited.json().user.id, stranger.userId)
  await assertShutOut(t, stranger)
  const confirmed = await auth.call('POST', '/auth/verification/confirm', { body: { token: link, password: PASSWORD } })
  t.equal(confirmed.json().code, 'invalid_link', 'the link of the stranger’s account')

  const token = await mailbox.nextToken(stranger.email)
  const accepted = await auth.call('POST', '/auth/invitations/accept', { body: { token, password: OWNERS } })
  t.match(accepted.json().user, { email: stranger.email, emailVerified: true, roles: ['staff'] })
  await assertShutOut(t, stranger)
  t.equal((await login(stranger.email, OWNERS)).statusCode, 200)
})

t.test('an invitation and a verification at once leave one account of one of them', async (t) => {
  for (let n = 0; n < 5; n++) {
    const stranger = await squat()
    const token = await mailbox.nextToken(stranger.email)
    const [invited, confirmed] = await Promise.all([
      asAdmin('POST', '/admin/users', { email: stranger.email }),
      auth.call('POST', '/auth/verification/confirm', { body: { token }, token: stranger.accessToken }),
    ])
    const codes = [invited.statusCode, confirmed.statusCode]
    t.ok(codes.join() === '201,400' || codes.join() === '409,204' || codes.join() === '201,401', codes.join())
    const { items } = (await asAdmin('GET', `/admin/users?query=${stranger.email}`)).json()
    t.equal(items.length, 1)
    t.equal(items[0].id === stranger.userId, invited.statusCode === 409)
  }
})

t.test('the owner of the mailbox cannot be made to verify the stranger’s account', async (t) => {
  const stranger = await squat()
  const token = await mailbox.nextToken(stranger.email)
  const confirm = (body: object, headers = {}) =>
    auth.call('POST', '/auth/verification/confirm', { body: { token, ...body }, headers })
  t.equal((await confirm({})).json().code, 'sign_in_required', 'a click')
  t.equal((await confirm({ password: OWNERS })).json().code, 'sign_in_required', 'their own password')
  t.equal((await auth.call('POST', '/auth/verification/decline', { body: { token } })).statusCode, 204)
  await assertShutOut(t, stranger)
  t.equal((await register({ email: stranger.email, username: 'owner-of-it', password: OWNERS })).statusCode, 201)
  t.equal((await login(stranger.email, PASSWORD)).json().code, 'invalid_credentials')
})

t.test('the owner who recovers the account takes it over whole', async (t) => {
  const stranger = await squat()
  await mailbox.next(stranger.email)
  t.equal((await auth.call('POST', '/auth/password/forgot', { body: { email: stranger.email } })).statusCode, 202)
  const token = await mailbox.nextToken(stranger.email)
  t.equal((await auth.call('POST', '/auth/password/reset', { body: { token, password: OWNERS } })).statusCode, 204)
  await assertShutOut(t, stranger)
  t.match((await login(stranger.email, OWNERS)).json().user, { id: stranger.userId, emailVerified: true })
})

t.test(
  'a role is given to the account that an administrator names, and then it is no stranger’s any more',
  async (t) => {
    const user = await squat()
    await asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['staff'] })
    const invited = await asAdmin('POST', '/admin/users', { email: user.email })
    t.equal(invited.json().code, 'email_taken', 'it gives way no longer')
    t.equal((await login(user.email, PASSWORD)).statusCode, 200)
  },
)

t.test('who was offboarded does not come back by registering, nor is erased and forgotten', async (t) => {
  const leaver = await squat()
  const token = await mailbox.nextToken(leaver.email)
  await asAdmin('PATCH', `/admin/users/${leaver.userId}`, { status: 'disabled' })
  const body = { email: leaver.email.toUpperCase(), username: 'another', password: OWNERS }
  t.equal((await register(body)).json().code, 'email_taken')
  t.equal((await asAdmin('POST', '/admin/users', { email: leaver.email })).json().code, 'email_taken')
  t.equal((await login(leaver.email, PASSWORD)).json().code, 'account_disabled')
  t.equal((await auth.call('POST', '/auth/verification/decline', { body: { token } })).json().code, 'invalid_link')
})

t.test('an administrator gives way to no invitation, and no time erases one, proved address or not', async (t) => {
  const hr = await auth.newUser({ roles: ['hr'] })
  const invite = (email: string) => auth.call('POST', '/admin/users', { token: hr.accessToken, body: { email } })
  const stays = async ({ userId }: SignedIn): Promise<boolean> =>
    (await asAdmin('GET', `/admin/users/${userId}`)).json().user?.roles.includes('admin')
  const promote = ({ userId }: SignedIn) => asAdmin('PATCH', `/admin/users/${userId}`, { roles: ['user', 'admin'] })
  const move = async ({ accessToken: token }: SignedIn, email: string) => {
    await auth.call('POST', '/auth/email', { token, body: { email, currentPassword: PASSWORD } })
    const body = { token: await mailbox.nextToken(email) }
    t.equal((await auth.call('POST', '/auth/email/confirm', { token, body })).statusCode, 204)
  }

  const unproved = await squat()
  await promote(unproved)
  // As if the role had been given in a way that forgets the time.
  await pool.query(`update users set unverified_until = now() - interval '1 day' where id = $1`, [unproved.userId])
  const idle = await squat()
  await pool.query(`update users set unverified_until = now() - interval '1 day' where id = $1`, [idle.userId])
  const refused = await invite(unproved.email)
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'email_taken')
  await startAuthService(t, { beside: auth, variables: mailbox.variables })
  await eventually(
    async () => (await asAdmin('GET', `/admin/users/${idle.userId}`)).statusCode === 404,
    'the idle one is erased',
  )
  t.ok(await stays(unproved))

  const mover = await squat()
  const verification = { token: await mailbox.nextToken(mover.email) }
  await auth.call('POST', '/auth/verification/confirm', { token: mover.accessToken, body: verification })
  await move(mover, `moved-${mover.email}`)
  await promote(mover)
  const undo = { token: await mailbox.nextToken(mover.email) }
  t.equal((await auth.call('POST', '/auth/email/undo', { body: undo })).statusCode, 204)
  t.equal((await invite(mover.email)).statusCode, 409)
  t.ok(await stays(mover))
})

t.test('a typing error at the registration gives its mailbox no way into the account', async (t) => {
  const owner = await squat()
  const typo = owner.email
  const email = `right-${typo}`
  const verification = await mailbox.nextToken(typo)
  await auth.call('POST', '/auth/email', {
    token: owner.accessToken,
    body: { email, currentPassword: PASSWORD },
  })
  const token = await mailbox.nextToken(email)
  t.equal((await auth.call('POST', '/auth/email/confirm', { body: { token, password: PASSWORD } })).statusCode, 204)
  await asAdmin('PATCH', `/admin/users/${owner.userId}`, { roles: ['user', 'admin'] })
  t.equal(mailbox.mailsTo(typo).length, 1, 'the link of the registration, and no undo')
  for (const path of ['email/undo', 'verification/decline', 'password/reset']) {
    const body = { token: verification, ...(path === 'password/reset' && { password: OWNERS }) }
    t.equal((await auth.call('POST', `/auth/${path}`, { body })).json().code, 'invalid_link', path)
  }
  t.equal((await login(email, PASSWORD)).json().user.id, owner.userId)
  const invited = await asAdmin('POST', '/admin/users', { email: typo })
  t.equal(invited.statusCode, 201, 'the address is free for its owner')
  t.not(invited.json().user.id, owner.userId)
})
