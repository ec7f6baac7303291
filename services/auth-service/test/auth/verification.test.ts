import { randomInt } from 'node:crypto'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { databaseOf } from '../support/audit.ts'
import {
  ADMIN,
  administratorOf,
  cookieHeader,
  PASSWORD,
  refreshWith,
  type SignedIn,
  startAuthService,
} from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const DAY_MS = 24 * 3_600_000
const mailbox = await startMailbox(t)
const clock = Date.now()
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, REGISTRATION: 'open', TRUST_PROXY: '127.0.0.1' },
  now: () => clock,
})
const asAdmin = await administratorOf(auth)

let people = 0
async function register(): Promise<SignedIn> {
  const username = `newcomer${++people}`
  const email = `${username}@example.test`
  const headers = { 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` }
  const body = { email, username, password: PASSWORD, delivery: 'body' }
  const { user, device, accessToken, refreshToken } = (
    await auth.call('POST', '/auth/register', { body, headers })
  ).json()
  return { email, userId: user.id, deviceId: device.id, accessToken, refreshToken }
}
const confirm = (body: object, token?: string) =>
  auth.call('POST', '/auth/verification/confirm', { body, ...(token !== undefined && { token }) })
const decline = (token: string) => auth.call('POST', '/auth/verification/decline', { body: { token } })

t.test('a newcomer is sent a link, and the next refresh names the address', async (t) => {
  const user = await register()
  const mail = await mailbox.next(user.email)
  t.match(mail.text, /https:\/\/id\.latchkey\.test\/console\/verify#token=/)
  const token = /#token=([\w-]{43})/.exec(mail.text)?.[1]
  t.equal((await confirm({ token }, user.accessToken)).statusCode, 204)
  const { accessToken } = (await refreshWith(auth, user.refreshToken)).json()
  t.match(claimsOf(accessToken), { email: user.email, email_verified: true })
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().user.emailVerified, true)
  t.equal((await confirm({ token }, user.accessToken)).json().code, 'invalid_link', 'once')
})

t.test('the link alone confirms nothing: it takes the account as well, and stays good until then', async (t) => {
  const [user, other] = [await register(), await register()]
  const token = await mailbox.nextToken(user.email)
  for (const [name, response] of [
    ['the link alone', await confirm({ token })],
    ['a wrong password', await confirm({ token, password: 'wrong-wrong-wrong' })],
    ['another account', await confirm({ token }, other.accessToken)],
    ['no token of ours', await confirm({ token }, 'nonsense')],
  ] as const) {
    t.equal(response.statusCode, 401, name)
    t.equal(response.json().code, 'sign_in_required', name)
  }
  t.equal((await confirm({ token, password: PASSWORD })).statusCode, 204)
})

t.test('an access cookie shows the account too, on a request from our own pages', async (t) => {
  const user = await register()
  const token = await mailbox.nextToken(user.email)
  const login = await auth.call('POST', '/auth/login', {
    body: { email: user.email, password: PASSWORD, delivery: 'cookie' },
  })
  const withCookie = (headers: Record<string, string>) =>
    auth.call('POST', '/auth/verification/confirm', { body: { token }, cookies: cookieHeader(login), headers })
  t.equal((await withCookie({ origin: 'https://evil.test' })).json().code, 'csrf_rejected')
  t.equal((await withCookie({ 'sec-fetch-site': 'same-origin' })).statusCode, 204)
})

t.test('guesses of the password beside a link are limited, and nobody who signs in pays for them', async (t) => {
  const guarded = await startAuthService(t, {
    beside: auth,
    variables: mailbox.variables,
    redisPrefix: `${auth.environment.redisPrefix}guarded:`,
    passwordLimits: { holder: { failures: 5, seconds: 60 } },
  })
  const user = await register()
  const token = await mailbox.nextToken(user.email)
  const guess = (password: string) => guarded.call('POST', '/auth/verification/confirm', { body: { token, password } })
  for (let n = 0; n < 5; n++) t.equal((await guess('wrong-wrong-wrong')).statusCode, 401)
  t.equal((await guess(PASSWORD)).statusCode, 429)
  const { email } = user
  const login = await guarded.call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  t.equal(login.statusCode, 200)
})

t.test('the link can be sent again: the one before is dead, and a mailbox gets three an hour', async (t) => {
  const user = await register()
  const send = () => auth.call('POST', '/auth/verification', { token: user.accessToken })
  const first = await mailbox.nextToken(user.email)
  const sent = await send()
  t.equal(sent.statusCode, 202)
  t.same(sent.json(), {})
  const second = await mailbox.nextToken(user.email)
  t.equal((await send()).statusCode, 202)
  const third = await mailbox.nextToken(user.email)
  const refused = await send()
  t.equal(refused.statusCode, 429)
  t.ok(Number(refused.headers['retry-after']) > 0)
  for (const token of [first, second]) t.equal((await confirm({ token }, user.accessToken)).json().code, 'invalid_link')
  t.equal((await confirm({ token: third }, user.accessToken)).statusCode, 204)
  t.equal((await send()).statusCode, 202, 'nothing is left to verify, and nothing is sent')
  t.equal((await auth.call('POST', '/auth/verification')).statusCode, 401)
})

t.test(
  'the owner of the mailbox declines: account, sessions and password are gone, and the address is free',
  async (t) => {
    const resource = await startResourceService(t, auth)
    const stranger = await register()
    const token = await mailbox.nextToken(stranger.email)
    t.equal(await resource.verify(stranger.accessToken), 'ok')
    t.equal((await decline(token)).statusCode, 204)
    t.match((await refreshWith(auth, stranger.refreshToken)).json(), { code: 'session_ended' })
    t.equal((await auth.call('GET', '/auth/me', { token: stranger.accessToken })).json().code, 'token_revoked')
    t.ok(await resource.eventuallyRefuses(stranger.accessToken))
    await t.rejects(auth.signIn(stranger.email), /401/)
    t.equal((await decline(token)).json().code, 'invalid_link', 'once')
    const owner = await auth.call('POST', '/auth/register', {
      body: { email: stranger.email, username: 'the-owner', password: 'copper-lantern-drifts-9', delivery: 'body' },
    })
    t.equal(owner.statusCode, 201)
  },
)

t.test('an address that is verified cannot be declined', async (t) => {
  const user = await register()
  const token = await mailbox.nextToken(user.email)
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { email: user.email })
  t.equal((await decline(token)).json().code, 'invalid_link')
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('a link that was kept is dead after a change of the account, also when that is taken back', async (t) => {
  const changes: Record<string, (url: string, email: string) => Promise<unknown>> = {
    'another address': (url, email) => asAdmin('PATCH', url, { email: `other-${email}` }),
    'another address, and that of before': async (url, email) => {
      await asAdmin('PATCH', url, { email: `other-${email}` })
      await asAdmin('PATCH', url, { email })
    },
    'disabled, and enabled again': async (url) => {
      await asAdmin('PATCH', url, { status: 'disabled' })
      await asAdmin('PATCH', url, { status: 'active' })
    },
    erased: (url) => asAdmin('DELETE', url),
  }
  for (const [name, change] of Object.entries(changes)) {
    const user = await register()
    const token = await mailbox.nextToken(user.email)
    await change(`/admin/users/${user.userId}`, user.email)
    t.equal((await confirm({ token, password: PASSWORD })).json().code, 'invalid_link', name)
    t.equal((await decline(token)).json().code, 'invalid_link', name)
  }
})

t.test('of two who confirm and decline at once one is heard', async (t) => {
  for (let n = 0; n < 5; n++) {
    const user = await register()
    const token = await mailbox.nextToken(user.email)
    const [confirmed, declined] = await Promise.all([confirm({ token, password: PASSWORD }), decline(token)])
    t.same([confirmed.statusCode, declined.statusCode].sort(), [204, 400])
    const login = await auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
    t.equal(login.statusCode, confirmed.statusCode === 204 ? 200 : 401)
  }
})

t.test('the last administrator cannot be declined away', async (t) => {
  const admin = await auth.signInAdmin()
  // As that of an older version, which nothing had verified.
  await databaseOf(t, auth)
    .updateTable('users')
    .set({ email_verified_at: null })
    .where('id', '=', admin.userId)
    .execute()
  await auth.call('POST', '/auth/verification', { token: admin.accessToken })
  const token = await mailbox.nextToken(ADMIN.email)
  const refused = await decline(token)
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'last_admin')
  t.equal((await auth.call('GET', '/auth/me', { token: admin.accessToken })).statusCode, 200)
})

t.test('what is not verified within seven days is erased, unless an administrator gave it a role', async (t) => {
  const [idle, trusted, late, leaver] = [await register(), await register(), await register(), await register()]
  await asAdmin('PATCH', `/admin/users/${trusted.userId}`, { roles: ['staff'] })
  await confirm({ token: await mailbox.nextToken(late.email), password: PASSWORD })
  await asAdmin('PATCH', `/admin/users/${leaver.userId}`, { status: 'disabled' })
  // A replica looks when it starts.
  const startAt = (at: number) => startAuthService(t, { beside: auth, variables: mailbox.variables, now: () => at })
  await startAt(clock + 7 * DAY_MS + 1000)
  const statusOf = async ({ userId }: SignedIn) => (await asAdmin('GET', `/admin/users/${userId}`)).statusCode
  await eventually(async () => (await statusOf(idle)) === 404, 'the idle one is erased')
  for (const user of [trusted, late, leaver]) t.equal(await statusOf(user), 200)
  t.equal((await asAdmin('GET', `/admin/users/${trusted.userId}`)).json().user.emailVerified, false, 'not proved by it')
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${idle.userId}&type=user_erased`)).json()
  t.match(items, [{ details: { why: 'unverified' } }])
})

t.test('without mail nothing is sent, and nothing is erased', async (t) => {
  const silent = await startAuthService(t, { variables: { REGISTRATION: 'open' }, now: () => clock })
  const body = { email: 'quiet@example.test', username: 'quiet', password: PASSWORD, delivery: 'body' }
  const { accessToken } = (await silent.call('POST', '/auth/register', { body })).json()
  t.equal((await silent.call('POST', '/auth/verification', { token: accessToken })).statusCode, 202)
  await startAuthService(t, { beside: silent, now: () => clock + 8 * DAY_MS })
  t.equal((await silent.call('GET', '/auth/me', { token: accessToken })).statusCode, 200)
  const asSilentAdmin = await administratorOf(silent)
  const invited = await asSilentAdmin('POST', '/admin/users', { email: body.email })
  t.equal(invited.statusCode, 201, 'it gives way to the owner of the address still')
  t.equal((await silent.call('GET', '/auth/me', { token: accessToken })).json().code, 'token_revoked')
})
