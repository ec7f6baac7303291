import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'
import { claimsOf } from '../support/tokens.ts'

const mailbox = await startMailbox(t, { refuse: (to) => (to === 'gone@corp.test' ? 550 : undefined) })
let clock = Date.now()
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, INVITATION_DOMAINS: 'corp.test' },
  now: () => clock,
})
const asAdmin = await administratorOf(auth)
const hr = await auth.newUser({ roles: ['hr'], username: 'hanna', fullName: 'Hanna Rees' })
const asHr = (method: string, url: string, body?: object) =>
  auth.call(method, url, { token: hr.accessToken, ...(body && { body }) })
const accept = (token: string, more: object = {}) =>
  auth.call('POST', '/auth/invitations/accept', {
    body: { token, password: PASSWORD, delivery: 'body', ...more },
  })

let people = 0
const newAddress = () => `person-${++people}@corp.test`

t.test('who is invited chooses a password by the link, and is signed in', async (t) => {
  const email = newAddress()
  const invited = await asHr('POST', '/admin/users', { email, fullName: 'Ida Bell', roles: ['staff'] })
  t.equal(invited.statusCode, 201)
  t.match(invited.json().user, {
    email,
    fullName: 'Ida Bell',
    roles: ['staff'],
    status: 'invited',
    emailVerified: false,
  })
  t.same(Object.keys(invited.json().invitation), ['expiresAt', 'mailed'], 'the link is between the mail and its reader')
  t.equal(invited.json().invitation.mailed, true)
  t.equal(Date.parse(invited.json().invitation.expiresAt), clock + 7 * 24 * 3_600_000)
  await t.rejects(auth.signIn(email), /401/)

  const mail = await mailbox.next(email)
  t.match(mail.text, /Invited by: Hanna Rees/)
  const accepted = await accept(/#token=([\w-]{43})/.exec(mail.text)?.[1] ?? '', { deviceName: 'My laptop' })
  t.equal(accepted.statusCode, 200)
  t.match(accepted.json(), {
    user: { id: invited.json().user.id, status: 'active', emailVerified: true, fullName: 'Ida Bell', roles: ['staff'] },
    device: { name: 'My laptop' },
  })
  t.match(claimsOf(accepted.json().accessToken), { email, roles: ['staff'] })
  t.equal((await auth.signIn(email)).userId, invited.json().user.id)
})

t.test(
  'the newcomer may choose names, unless they are taken or not acceptable: then the link stays good',
  async (t) => {
    const email = newAddress()
    await asHr('POST', '/admin/users', { email })
    const token = await mailbox.nextToken(email)
    t.equal((await accept(token, { username: 'HANNA' })).json().code, 'username_taken')
    t.match((await accept(token, { username: 'support' })).json(), { errors: [{ path: '/username' }] })
    t.match((await accept(token, { password: 'violet-harbour' })).json(), { errors: [{ path: '/password' }] })
    t.match((await accept(token, { password: `${email}-${email}` })).json(), { errors: [{ path: '/password' }] })
    const accepted = await accept(token, { username: 'ola', fullName: 'Ola Nordmann' })
    t.match(accepted.json().user, { username: 'ola', fullName: 'Ola Nordmann', roles: ['user'] })
  },
)

t.test(
  'without a user name the account gets one like its mailbox, and one of its own where that is taken',
  async (t) => {
    const usernameFor = async (email: string) => (await asAdmin('POST', '/admin/users', { email })).json().user.username
    t.equal(await usernameFor('ann.lee+news@one.test'), 'ann.lee')
    t.match(await usernameFor('ann.lee@two.test'), /^ann\.lee-\d{4}$/)
    t.match(await usernameFor('info@one.test'), /^info-\d{4}$/, 'a name of the operator')
    t.match(await usernameFor('!$@one.test'), /^user(-\d{4})?$/, 'nothing to make a name of')
  },
)

t.test('an address or a user name that an account has is taken', async (t) => {
  const user = await auth.newAccount({ email: 'there@corp.test' })
  t.equal((await asHr('POST', '/admin/users', { email: 'THERE@corp.test' })).json().code, 'email_taken')
  const { username } = user
  t.equal((await asHr('POST', '/admin/users', { email: newAddress(), username })).json().code, 'username_taken')
  const email = newAddress()
  await asHr('POST', '/admin/users', { email })
  t.equal((await asHr('POST', '/admin/users', { email })).json().code, 'email_taken', 'invited already')
})

t.test('who invites learns what the account is that has the address', async (t) => {
  const invite = async (email: string) => (await asHr('POST', '/admin/users', { email })).json()
  const active = await auth.newAccount({ email: newAddress() })
  t.match(await invite(active.email), { status: 409, code: 'email_taken', accountStatus: 'active' })
  const disabled = await auth.newAccount({ email: newAddress(), status: 'disabled' })
  t.match(await invite(disabled.email), { status: 409, code: 'email_taken', accountStatus: 'disabled' })
  const email = newAddress()
  await invite(email)
  t.match(await invite(email), { code: 'email_taken', accountStatus: 'invited' })
})

t.test('one user is shown with the invitation that is still to be accepted', async (t) => {
  const email = newAddress()
  const { user } = (await asHr('POST', '/admin/users', { email })).json()
  const invitation = async () => (await asHr('GET', `/admin/users/${user.id}`)).json().user.invitation
  const ttlMs = 7 * 24 * 3_600_000
  t.same(await invitation(), { state: 'open', expiresAt: new Date(clock + ttlMs).toISOString(), mailed: true })
  const database = createDatabase({ url: auth.environment.databaseUrl, schema: auth.environment.schema, ...NO_HURRY })
  await database.pool.query(`update links set expires_at = now() - interval '1 hour' where user_id = $1`, [user.id])
  await database.close()
  t.match(await invitation(), { state: 'expired' })
  await asHr('POST', `/admin/users/${user.id}/invitation`)
  await asAdmin('PATCH', `/admin/users/${user.id}`, { roles: ['staff'] })
  t.match(await invitation(), { state: 'withdrawn' })
  await asHr('POST', `/admin/users/${user.id}/invitation`)
  t.match(await invitation(), { state: 'open' })
  await asAdmin('PATCH', `/admin/users/${user.id}`, { status: 'disabled' })
  t.equal(await invitation(), null)
})

t.test('no caller invites beyond their own scopes, or to another domain without users:write', async (t) => {
  const refused = await asHr('POST', '/admin/users', { email: newAddress(), roles: ['admin'] })
  t.equal(refused.statusCode, 403)
  t.equal(refused.json().code, 'exceeds_own_scopes')
  const elsewhere = { email: 'friend@elsewhere.test' }
  t.equal((await asHr('POST', '/admin/users', elsewhere)).json().code, 'domain_not_allowed')
  const invited = await asAdmin('POST', '/admin/users', elsewhere)
  t.equal(invited.statusCode, 201)
  const renewal = `/admin/users/${invited.json().user.id}/invitation`
  t.equal((await asHr('POST', renewal)).json().code, 'domain_not_allowed')
  const user = await auth.newUser()
  const plain = await auth.call('POST', '/admin/users', { token: user.accessToken, body: { email: newAddress() } })
  t.match(plain.json(), { code: 'insufficient_scope' })
})

t.test('a new link kills the one before', async (t) => {
  const email = newAddress()
  const { user } = (await asHr('POST', '/admin/users', { email })).json()
  const first = await mailbox.nextToken(email)
  const renewed = await asHr('POST', `/admin/users/${user.id}/invitation`)
  t.equal(renewed.statusCode, 201)
  t.match(renewed.json(), { user: { id: user.id, status: 'invited' } })
  const second = await mailbox.nextToken(email)
  t.equal((await accept(first)).json().code, 'invalid_link')
  t.equal((await accept(second)).statusCode, 200)
  for (const method of ['POST', 'DELETE']) {
    t.equal((await asHr(method, `/admin/users/${user.id}/invitation`)).json().code, 'already_active', method)
  }
})

t.test('three invitations an hour reach one mailbox', async (t) => {
  const email = newAddress()
  const { user } = (await asHr('POST', '/admin/users', { email })).json()
  const renew = () => asAdmin('POST', `/admin/users/${user.id}/invitation`)
  await mailbox.next(email)
  for (let n = 0; n < 2; n++) {
    t.equal((await renew()).statusCode, 201)
    if (n === 0) await mailbox.next(email)
  }
  const refused = await renew()
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['retry-after'], '3600')
  t.equal((await accept(await mailbox.nextToken(email))).statusCode, 200, 'the last link that was sent works')
})

t.test('an account that is withdrawn is gone, and its names are free', async (t) => {
  const email = newAddress()
  const invitee = { email, username: 'shortlived' }
  const { user } = (await asHr('POST', '/admin/users', invitee)).json()
  const token = await mailbox.nextToken(email)
  t.equal((await asHr('DELETE', `/admin/users/${user.id}/invitation`)).statusCode, 204)
  t.equal((await accept(token)).json().code, 'invalid_link')
  t.equal((await asAdmin('GET', `/admin/users/${user.id}`)).json().code, 'user_not_found')
  t.equal((await asHr('DELETE', `/admin/users/${user.id}/invitation`)).json().code, 'user_not_found')
  const again = await asHr('POST', '/admin/users', invitee)
  t.equal(again.statusCode, 201)
  t.not(again.json().user.id, user.id, 'an id is never used again')
  const trail = (await asAdmin('GET', `/admin/audit?userId=${user.id}`)).json().items
  t.same(trail.map(({ type }: { type: string }) => type).sort(), [
    'audit_erased',
    'invitation_withdrawn',
    'user_erased',
    'user_invited',
  ])
})

t.test('an invitation is for seven days', async (t) => {
  const email = newAddress()
  const { user } = (await asHr('POST', '/admin/users', { email })).json()
  const token = await mailbox.nextToken(email)
  const before = clock
  clock += 7 * 24 * 3_600_000 + 1
  t.equal((await accept(token)).json().code, 'invalid_link')
  clock = before
  t.equal((await asAdmin('PATCH', `/admin/users/${user.id}`, { status: 'active' })).json().code, 'invitation_open')
  t.equal((await accept(token)).statusCode, 200)
})

t.test(
  'those who invite see their own invitees, and administrators see all, with what has become of them',
  async (t) => {
    const inviter = await auth.newUser({ roles: ['hr'] })
    const asInviter = (method: string, url: string, body?: object) =>
      auth.call(method, url, { token: inviter.accessToken, ...(body && { body }) })
    const addresses = Array.from({ length: 4 }, newAddress)
    const ids: string[] = []
    for (const email of [...addresses, 'gone@corp.test']) {
      ids.push((await asInviter('POST', '/admin/users', { email })).json().user.id)
    }
    await accept(await mailbox.nextToken(addresses[0] ?? ''))
    await asAdmin('PATCH', `/admin/users/${ids[1]}`, { roles: ['staff'] })
    const list = async (query = '') => (await asInviter('GET', `/admin/invitations?${query}`)).json()

    type Item = { user: { email: string }; state: string; createdBy: string; lastMailError: string | null }
    let items: Item[] = []
    for (let n = 0; n < 200; n++) {
      items = (await list()).items
      if (items[0]?.lastMailError !== null) break
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    t.match(
      items.map(({ user, state, createdBy, lastMailError }) => ({
        email: user.email,
        state,
        createdBy,
        lastMailError,
      })),
      [
        { email: 'gone@corp.test', state: 'open', lastMailError: /refused|550/ },
        { email: addresses[3], state: 'open', lastMailError: null },
        { email: addresses[2], state: 'open' },
        { email: addresses[1], state: 'withdrawn' },
        { email: addresses[0], state: 'accepted', createdBy: inviter.userId },
      ],
    )
    t.equal(items.length, 5)
    const first = await list('limit=2')
    const second = await list(`limit=2&cursor=${first.nextCursor}`)
    t.same(
      [...first.items, ...second.items].map(({ user }: Item) => user.email),
      items.slice(0, 4).map(({ user }) => user.email),
    )

    t.same(
      (await asInviter('GET', '/admin/users?limit=100')).json().items.map(({ id }: { id: string }) => id),
      [...ids].reverse(),
      'the users that they see are their invitees',
    )
    t.match((await asInviter('GET', `/admin/users/${ids[4]}`)).json().user, { lastMailError: /refused|550/ })
    t.equal((await asInviter('GET', `/admin/users/${hr.userId}`)).json().code, 'user_not_found')
    t.equal((await asHr('GET', `/admin/users/${ids[0]}`)).json().code, 'user_not_found', 'those of another inviter')
    const all = (await asAdmin('GET', '/admin/invitations?limit=100')).json().items
    t.ok(all.length > items.length)
    const outsider = await auth.newUser()
    for (const url of ['/admin/invitations', '/admin/users', `/admin/users/${ids[0]}`]) {
      t.equal((await auth.call('GET', url, { token: outsider.accessToken })).json().code, 'insufficient_scope', url)
    }
  },
)

t.test('an account that was disabled before it was accepted is invited again when it is enabled', async (t) => {
  const email = newAddress()
  const { user } = (await asHr('POST', '/admin/users', { email })).json()
  const token = await mailbox.nextToken(email)
  const set = (status: string) => asAdmin('PATCH', `/admin/users/${user.id}`, { status })
  t.equal((await set('disabled')).json().user.status, 'disabled')
  t.equal((await accept(token)).json().code, 'invalid_link')
  t.equal((await asHr('POST', `/admin/users/${user.id}/invitation`)).json().code, 'account_disabled')
  t.equal((await asHr('DELETE', `/admin/users/${user.id}/invitation`)).json().code, 'account_disabled')
  t.equal((await set('active')).json().user.status, 'invited')
  t.equal((await accept(token)).json().code, 'invalid_link', 'the link of before stays dead')
  t.equal((await asHr('POST', `/admin/users/${user.id}/invitation`)).statusCode, 201)
  t.equal((await accept(await mailbox.nextToken(email))).statusCode, 200)
})
