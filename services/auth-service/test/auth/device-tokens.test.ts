import { createDeviceTokenVerifier, parseKeyRing } from '@latchkey/access-token'
import t from 'tap'
import {
  administratorOf,
  cookieHeader,
  PASSWORD,
  setCookies,
  startAuthService,
  type TestService,
} from '../support/auth-service.ts'
import { limitsOf } from '../support/limits.ts'
import { startMailbox } from '../support/mailbox.ts'

const NEW_PASSWORD = 'a heron walks over nine slow rivers'
const WRONG = 'wrong-wrong-wrong'

const mailbox = await startMailbox(t)
// Two guesses on a known device, and none on any other: whoever signs in has shown that the account knows the device.
const strict = {
  ...limitsOf(1_000_000),
  account: { failures: 1, seconds: 3600 },
  device: { failures: 2, seconds: 3600 },
}
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, REGISTRATION: 'open', ALLOWED_ORIGINS: 'https://app.example.test' },
  passwordLimits: strict,
})
const asAdmin = await administratorOf(auth)

type Device = { deviceToken?: string; deviceId?: string }
const login = (email: string, { deviceToken, deviceId }: Device = {}, password = PASSWORD, at: TestService = auth) =>
  at.call('POST', '/auth/login', { body: { email, password, delivery: 'body', deviceToken, deviceId } })
const wrong = (email: string, device: Device = {}) => login(email, device, WRONG)
/** Whether the account knows the device: no other may sign in, once a stranger has guessed. */
async function isKnown(email: string, device: Device, password = PASSWORD): Promise<boolean> {
  await wrong(email)
  const { statusCode } = await login(email, device, password)
  if (statusCode !== 200 && statusCode !== 429) throw new Error(`sign-in answered ${statusCode}`)
  return statusCode === 200
}
async function newOwner(account = {}) {
  const { email, id: userId } = await auth.newAccount(account)
  return { userId, email, ...(await login(email)).json() }
}
const deviceCookie = (response: Parameters<typeof setCookies>[0]) =>
  setCookies(response).get('__Host-device')?.value ?? ''
const claimsOf = createDeviceTokenVerifier({
  ring: () => parseKeyRing('r1:refresh-refresh-refresh-refresh-refresh'),
})

t.test(
  'a sign-in gives the device a token that tells nothing of the account, and the next one is on this device',
  async (t) => {
    const owner = await newOwner()
    const { did, acc, iat, exp } = claimsOf(owner.deviceToken)
    t.equal(did, owner.device.id)
    t.equal(exp - iat, 365 * 24 * 3600)
    t.equal(acc.length, 1)
    t.notMatch(JSON.stringify(acc), owner.userId)
    const again = (await login(owner.email, owner)).json()
    t.equal(again.device.id, owner.device.id)
    t.equal(claimsOf(again.deviceToken).acc.length, 1, 'one entry for one account')
    const elsewhere = (await login(owner.email)).json()
    t.not(elsewhere.device.id, owner.device.id)
    t.not(
      claimsOf(elsewhere.deviceToken).acc[0]?.slice(0, 22),
      acc[0]?.slice(0, 22),
      'two devices do not show that they share a user',
    )
  },
)

t.test('a cookie holds it where the session has cookies, and is sent again at a refresh', async (t) => {
  const { email } = await auth.newAccount()
  const first = await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  t.equal(first.json().deviceToken, undefined)
  t.equal(claimsOf(deviceCookie(first)).did, first.json().device.id)
  const headers = { 'sec-fetch-site': 'same-origin' }
  const refreshed = await auth.call('POST', '/auth/refresh', { cookies: cookieHeader(first), headers })
  t.equal(deviceCookie(refreshed), deviceCookie(first))
  await wrong(email)
  const cookies = `__Host-device=${deviceCookie(first)}`
  t.equal((await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD }, cookies })).statusCode, 200)
  t.equal((await login(email)).statusCode, 429)
})

t.test('deviceId beside it must name the same device', async (t) => {
  const { email, deviceToken, device } = await newOwner()
  t.equal((await login(email, { deviceToken, deviceId: device.id })).statusCode, 200)
  const other = await login(email, { deviceToken, deviceId: 'another-device' })
  t.equal(other.statusCode, 400)
  t.match(other.json(), { code: 'invalid_request', errors: [{ path: '/deviceId' }] })
})

t.test('a bare id names the device and proves nothing; what is no token names none', async (t) => {
  const { email, deviceToken, device } = await newOwner()
  t.equal((await login(email, { deviceId: device.id })).json().device.id, device.id)
  const bare = { body: { email, password: PASSWORD }, cookies: `__Host-device=${device.id}` }
  t.equal((await auth.call('POST', '/auth/login', bare)).json().device.id, device.id, 'in a cookie from before')
  const forged = `${deviceToken.slice(0, -2)}AA`
  for (const text of [forged, 'x', `${'a'.repeat(2000)}.b.c`]) {
    const signedIn = await login(email, { deviceToken: text })
    t.equal(signedIn.statusCode, 200)
    t.not(signedIn.json().device.id, device.id)
  }
  t.equal(await isKnown(email, { deviceId: device.id }), false)
  t.equal(await isKnown(email, { deviceToken: forged }), false)
  t.equal(await isKnown(email, { deviceToken }), true)
})

t.test('a device knows the accounts that signed in on it, ten at most, and each vouches for itself', async (t) => {
  const first = await newOwner()
  const second = await auth.newAccount()
  t.equal(await isKnown(second.email, first), false, 'a token of one is nothing to the other')
  const other = await newOwner()
  let { deviceToken } = (await login(other.email, first)).json()
  t.equal(claimsOf(deviceToken).did, first.device.id)
  t.equal(await isKnown(other.email, { deviceToken }), true)
  t.equal(await isKnown(first.email, { deviceToken }), true)
  for (let n = 0; n < 9; n++) {
    const { email } = await auth.newAccount()
    deviceToken = (await login(email, { deviceToken })).json().deviceToken
  }
  t.equal(claimsOf(deviceToken).acc.length, 10)
  t.equal(await isKnown(other.email, { deviceToken }), true)
  t.equal(await isKnown(first.email, { deviceToken }), false, 'the eleventh')
})

t.test('a change of password voids every token of the account but the one in its answer', async (t) => {
  const owner = await newOwner()
  const other = (await login(owner.email)).json()
  const changed = await auth.call('POST', '/auth/password', {
    token: owner.accessToken,
    body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
  })
  t.equal(changed.statusCode, 200)
  t.equal(await isKnown(owner.email, owner, NEW_PASSWORD), false)
  t.equal(await isKnown(owner.email, other, NEW_PASSWORD), false)
  t.equal(await isKnown(owner.email, changed.json(), NEW_PASSWORD), true)
})

const revocations: Record<
  string,
  (user: { userId: string; accessToken: string }, deviceId: string) => Promise<{ statusCode: number }>
> = {
  'its owner revokes it': ({ accessToken: token }, deviceId) =>
    auth.call('DELETE', `/auth/sessions/${deviceId}`, { token }),
  'its owner revokes all others': ({ accessToken: token }) => auth.call('DELETE', '/auth/sessions', { token }),
  'an administrator revokes it': ({ userId }, deviceId) =>
    asAdmin('DELETE', `/admin/users/${userId}/sessions/${deviceId}`),
}
for (const [title, revoke] of Object.entries(revocations)) {
  t.test(`a device is unknown once ${title}, and the others are not`, async (t) => {
    const owner = await newOwner()
    const lost = (await login(owner.email)).json()
    t.equal((await revoke(owner, lost.device.id)).statusCode, 204)
    t.equal(await isKnown(owner.email, lost), false)
    const now = (await login(owner.email, owner)).json()
    t.equal(now.device.id, owner.device.id)
  })
}

t.test(
  'after a sign-out everywhere no device is known, signed in or not; after a sign-out of one it still is',
  async (t) => {
    const owner = await newOwner()
    const away = (await login(owner.email)).json()
    t.equal((await auth.call('POST', '/auth/logout', { body: { refreshToken: away.refreshToken } })).statusCode, 204)
    t.equal(await isKnown(owner.email, away), true)
    const back = (await login(owner.email, owner)).json()
    t.equal((await auth.call('POST', '/auth/logout-all', { token: back.accessToken })).statusCode, 204)
    for (const device of [owner, back, away]) t.equal(await isKnown(owner.email, device), false)
  },
)

t.test('a device that was revoked is known again after a sign-in there, by its new token alone', async (t) => {
  const owner = await newOwner()
  const lost = (await login(owner.email)).json()
  await auth.call('DELETE', `/auth/sessions/${lost.device.id}`, { token: owner.accessToken })
  const again = (await login(owner.email, lost)).json()
  t.equal(again.device.id, lost.device.id)
  t.equal(await isKnown(owner.email, lost), false)
  t.equal(await isKnown(owner.email, again), true)
})

t.test('a known device has guesses of its own; without them it is one like any other', async (t) => {
  const owner = await newOwner()
  const two = (await login(owner.email)).json()
  await wrong(owner.email)
  t.equal((await wrong(owner.email)).statusCode, 429)
  t.same([(await wrong(owner.email, owner)).statusCode, (await wrong(owner.email, owner)).statusCode], [401, 401])
  t.equal((await login(owner.email, owner)).statusCode, 429)
  t.equal((await login(owner.email, two)).statusCode, 200, 'the other device')
})

t.test('tokens outlive a change of keys for as long as the old key is in the ring', async (t) => {
  const rings = {
    both: 'r2:second-second-second-second-second-second,r1:refresh-refresh-refresh-refresh-refresh',
    new: 'r2:second-second-second-second-second-second',
  }
  const [both, later] = await Promise.all(
    [rings.both, rings.new].map((REFRESH_TOKEN_SECRET) =>
      startAuthService(t, { beside: auth, variables: { REFRESH_TOKEN_SECRET }, passwordLimits: strict }),
    ),
  )
  if (!both || !later) throw new Error('two services')
  const { email } = await auth.newAccount()
  const signedIn = await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  const old = { deviceToken: deviceCookie(signedIn) }
  const headers = { 'sec-fetch-site': 'same-origin' }
  const refreshed = await both.call('POST', '/auth/refresh', { cookies: cookieHeader(signedIn), headers })
  t.equal(refreshed.statusCode, 200)
  const renewed = { deviceToken: deviceCookie(refreshed) }
  await wrong(email)
  t.equal((await login(email, {}, PASSWORD, later)).statusCode, 429)
  t.equal((await login(email, old, PASSWORD, later)).statusCode, 429, 'its key is gone')
  t.equal((await login(email, old, PASSWORD, both)).statusCode, 200)
  t.equal((await login(email, renewed, PASSWORD, later)).statusCode, 200, 'a refresh renewed it')
})

const links: Record<string, (email: string) => Promise<{ url: string; body: object; password: string }>> = {
  'a reset link': async (email) => {
    await auth.call('POST', '/auth/password/forgot', { body: { email } })
    const token = await mailbox.nextToken(email)
    return { url: '/auth/password/reset', body: { token, password: NEW_PASSWORD }, password: NEW_PASSWORD }
  },
  'the confirmation of an address': async (email) => {
    const { accessToken: token } = (await login(email)).json()
    await auth.call('POST', '/auth/verification', { token })
    const body = { token: await mailbox.nextToken(email), password: PASSWORD }
    return { url: '/auth/verification/confirm', body, password: PASSWORD }
  },
  'the confirmation of a change of address': async (email) => {
    const { accessToken: token } = (await login(email)).json()
    const next = `next-${email}`
    await auth.call('POST', '/auth/email', { token, body: { email: next, currentPassword: PASSWORD } })
    const body = { token: await mailbox.nextToken(next), password: PASSWORD }
    return { url: '/auth/email/confirm', body, password: PASSWORD }
  },
}
for (const [title, follow] of Object.entries(links)) {
  t.test(`${title} makes the device known, and no other site can use it up`, async (t) => {
    const { email, username } = await auth.newAccount()
    const { url, body, password } = await follow(email)
    for (const headers of [{ origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }]) {
      const foreign = await auth.call('POST', url, { body, headers })
      t.equal(foreign.json().code, 'csrf_rejected')
      t.equal(foreign.headers['set-cookie'], undefined)
    }
    const followed = await auth.call('POST', url, { body })
    t.equal(followed.statusCode, 204)
    t.same([...setCookies(followed).keys()], ['__Host-device'])
    const signIn = (cookies: string) =>
      auth.call('POST', '/auth/login', { body: { username, password, delivery: 'body' }, cookies })
    await auth.call('POST', '/auth/login', { body: { username, password: WRONG } })
    t.equal((await signIn('')).statusCode, 429)
    t.equal((await signIn(cookieHeader(followed))).statusCode, 200)
  })
}

t.test('an accepted invitation makes the device known', async (t) => {
  const email = 'invited@example.test'
  t.equal((await asAdmin('POST', '/admin/users', { email })).statusCode, 201)
  const body = { token: await mailbox.nextToken(email), password: NEW_PASSWORD, delivery: 'body' }
  const accepted = await auth.call('POST', '/auth/invitations/accept', { body })
  t.equal(accepted.statusCode, 200)
  t.equal(await isKnown(email, accepted.json(), NEW_PASSWORD), true)
})
