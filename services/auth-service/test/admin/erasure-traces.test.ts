import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { dumpOf, placesOf } from '../support/dump.ts'
import { startMailServer } from '../support/mail-server.ts'

// A person whose every value is found by its text alone.
const EMAIL = 'Zerlina.Q@Quastenflosse.test'
const NEW_EMAIL = 'zerlina@latimeria.test'
const ASKED_EMAIL = 'zq@asked-for.test'
const USERNAME = 'ZerlinaQ77'
const FULL_NAME = 'Zerlina Quastenflosse'
const OTHER_NAME = 'Zerlina Latimeria'
const DEVICE = 'Zerlinas Telefon'
const AGENT = 'Coelacanth/77.1'
const ADDRESSES = ['203.0.113.77', '2001:db8:77:77::1']
const WORDS = ['quastenflosse', 'latimeria', 'asked-for', 'zerlina', 'coelacanth', ...ADDRESSES, '2001:db8:77:77']

// It takes no mail to these: their texts wait in the outbox when the account is erased.
const { url: smtpUrl, mails } = await startMailServer(t, {
  refuse: (to) => (/asked-for|quasten|guest/i.test(to) ? 450 : undefined),
})
const auth = await startAuthService(t, {
  variables: {
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'no-reply@latchkey.test',
    PUBLIC_URL: 'https://id.latchkey.test',
    TRUST_PROXY: '127.0.0.1',
  },
})
const asAdmin = await administratorOf(auth)
const from = (address = ADDRESSES[0]) => ({ 'x-forwarded-for': `${address}`, 'user-agent': AGENT })

async function tokenTo(address: string): Promise<string> {
  await eventually(() => mails.some(({ to }) => to.includes(address)), `a mail to ${address}`)
  const [, token = ''] =
    /#token=3D([\w-]+)/.exec((mails.find(({ to }) => to.includes(address))?.source ?? '').replace(/=\r\n/g, '')) ?? []
  return token
}

t.test('after an erasure no store holds a name, an address, an IP or a user agent of the person', async (t) => {
  const user = await auth.newAccount({
    email: EMAIL,
    username: USERNAME,
    fullName: FULL_NAME,
    roles: ['hr'],
    isVerified: true,
  })
  const signIn = async (address: string | undefined) => {
    const body = { email: EMAIL, password: PASSWORD, delivery: 'body', deviceName: DEVICE }
    return (await auth.call('POST', '/auth/login', { body, headers: from(address) })).json()
  }
  const sessions = [await signIn(ADDRESSES[0]), await signIn(ADDRESSES[1])]
  const [{ accessToken: token, refreshToken }] = sessions
  const call = (method: string, path: string, body: object) =>
    auth.call(method, `/auth/${path}`, { token, body, headers: from() })
  await auth.call('POST', '/auth/login', { body: { email: EMAIL, password: 'wrong' }, headers: from() })
  await call('PATCH', 'me', { fullName: OTHER_NAME })
  await call('POST', 'password', { currentPassword: 'wrong', newPassword: 'a heron walks over slow rivers' })
  await call('POST', 'email', { email: NEW_EMAIL, currentPassword: PASSWORD })
  const confirmed = await call('POST', 'email/confirm', { token: await tokenTo(NEW_EMAIL) })
  t.equal(confirmed.statusCode, 204)
  await call('POST', 'email', { email: ASKED_EMAIL, currentPassword: PASSWORD })
  await call('POST', 'password/forgot', { email: EMAIL })
  await call('POST', 'password/reset', { token: 'x'.repeat(43), password: 'a heron walks over slow rivers' })
  await auth.call('POST', '/auth/refresh', { body: { refreshToken }, headers: from() })
  const invited = await auth.call('POST', '/admin/users', { token, body: { email: 'guest@example.test' } })
  t.equal(invited.statusCode, 201)
  await asAdmin('GET', '/admin/audit')

  const before = await dumpOf(auth.environment)
  t.match(placesOf(before, `"inviterName": "${OTHER_NAME}"`).join(), /\.mails/, 'a mail to another person names them')
  for (const word of WORDS) t.ok(placesOf(before, word).length > 0, `${word} is found before`)
  t.ok(
    placesOf(before, 'coelacanth').some((place) => place.includes('user:')),
    'in Redis as well',
  )

  t.equal((await asAdmin('DELETE', `/admin/users/${user.id}`)).statusCode, 204)
  const after = await dumpOf(auth.environment)
  for (const word of WORDS) t.same(placesOf(after, word), [], `${word} is gone`)
  t.ok(
    placesOf(after, user.id).some((place) => place.endsWith('erased_users')),
    'its tombstone stays',
  )
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.id}&limit=100`)).json()
  const types = items.map(({ type }: { type: string }) => type)
  for (const type of ['login_succeeded', 'login_failed', 'email_changed', 'session_ended', 'user_erased']) {
    t.ok(types.includes(type), type)
  }

  // What its owner, or a verifier, still has of it brings nothing back.
  for (const session of sessions) {
    t.equal((await refreshWith(auth, session.refreshToken)).json().code, 'session_ended')
    t.equal((await auth.call('GET', '/auth/me', { token: session.accessToken })).json().code, 'token_revoked')
  }
  for (const word of WORDS) t.same(placesOf(await dumpOf(auth.environment), word), [], `${word} stays away`)
})

t.test('an account whose invitation is open is erased like any other', async (t) => {
  const { id } = await auth.newAccount({
    email: 'invited@hatchetfish.test',
    fullName: 'Ivo Hatchetfish',
    status: 'invited',
  })
  t.not(placesOf(await dumpOf(auth.environment), 'hatchetfish').length, 0)
  t.equal((await asAdmin('DELETE', `/admin/users/${id}`)).statusCode, 204)
  t.same(placesOf(await dumpOf(auth.environment), 'hatchetfish'), [])
})

t.test('an address that others have named goes from their rows, too, and they keep everything else', async (t) => {
  const address = 'mara@snipefish.test'
  const ask = ({ accessToken: token }: { accessToken: string }, email: string) =>
    auth.call('POST', '/auth/email', { token, body: { email, currentPassword: PASSWORD } })
  // One who had the address before, never verified, and one who has asked for it.
  const before = await auth.newUser({ email: address })
  await ask(before, 'mara@home.test')
  const confirmation = { token: await tokenTo('mara@home.test'), password: PASSWORD }
  t.equal((await auth.call('POST', '/auth/email/confirm', { body: confirmation })).statusCode, 204)
  const user = await auth.newUser({ email: 'Mara@Snipefish.test' })
  const beside = await auth.newUser()
  t.equal((await ask(beside, 'MARA@snipefish.test')).statusCode, 202)
  const places = placesOf(await dumpOf(auth.environment), address).join()
  for (const table of ['links', 'audit_personal']) t.match(places, table)

  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204)
  t.same(placesOf(await dumpOf(auth.environment), 'snipefish'), [])
  for (const [{ userId }, type] of [
    [before, 'email_changed'],
    [beside, 'email_change_requested'],
  ] as const) {
    const { items } = (await asAdmin('GET', `/admin/audit?userId=${userId}&type=${type}`)).json()
    t.equal(items.length, 1, type)
  }
  t.equal((await auth.call('GET', '/auth/me', { token: before.accessToken })).json().user.email, 'mara@home.test')
})

t.test('who asked for the address of another takes nothing of theirs along', async (t) => {
  const email = 'vic@sunfish.test'
  const { user } = (await asAdmin('POST', '/admin/users', { email })).json()
  const token = await tokenTo(email)
  const stranger = await auth.newUser()
  const body = { email, currentPassword: PASSWORD }
  t.equal((await auth.call('POST', '/auth/email', { token: stranger.accessToken, body })).statusCode, 202)
  t.equal((await asAdmin('DELETE', `/admin/users/${stranger.userId}`)).statusCode, 204)
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.id}&type=user_invited`)).json()
  t.equal(items[0].details.email, email)
  const accepted = await auth.call('POST', '/auth/invitations/accept', { body: { token, password: PASSWORD } })
  t.equal(accepted.statusCode, 200)
})
