import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService, type TestService } from '../support/auth-service.ts'
import { startMailbox, tokenIn } from '../support/mailbox.ts'
import { basic } from '../support/send-form.ts'

const NEW_PASSWORD = 'a heron walks over nine slow rivers'
const DESK = {
  clientId: 'desk',
  secret: 'a-secret-of-the-desk-that-is-long-enough',
  scopes: ['profile', 'employees:read', 'users:write'],
}

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, SERVICE_CLIENTS: JSON.stringify([DESK]) },
})
const asAdmin = await administratorOf(auth)
const askFor = (userId: string) => asAdmin('POST', `/admin/users/${userId}/password-reset`)

const resetWith = (service: TestService, token: string) =>
  service.call('POST', '/auth/password/reset', { body: { token, password: NEW_PASSWORD } })
const signsIn = async (service: TestService, email: string, password: string) =>
  (await service.call('POST', '/auth/login', { body: { email, password } })).statusCode === 200

t.test('an administrator has a link sent, and the user alone chooses the new password', async (t) => {
  const user = await auth.newUser()
  const asked = await askFor(user.userId)
  t.equal(asked.statusCode, 200)
  t.same(Object.keys(asked.json()), ['expiresAt'], 'no link where mails leave')
  const minutes = (Date.parse(asked.json().expiresAt) - Date.now()) / 60_000
  t.ok(minutes > 29 && minutes <= 30, `${minutes} minutes`)
  t.ok(await signsIn(auth, user.email, PASSWORD), 'until then the old one works')
  t.equal((await resetWith(auth, await mailbox.nextToken(user.email))).statusCode, 204)
  t.ok(await signsIn(auth, user.email, NEW_PASSWORD))
  t.equal((await asAdmin('GET', `/admin/users/${user.userId}`)).json().user.emailVerified, true)

  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.userId}&type=password_reset_requested`)).json()
  t.equal(items.length, 1)
  t.equal(items[0].actorId, (await asAdmin('GET', '/auth/me')).json().user.id)
})

t.test(
  'without mails, and where they are caught as files, the link is in the answer; it proves no mailbox',
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'mails-'))
    t.teardown(() => rm(directory, { recursive: true }))
    for (const variables of [{}, { MAIL_DIRECTORY: directory }]) {
      const service = await startAuthService(t, { variables })
      const asRoot = await administratorOf(service)
      const user = await service.newUser()
      const { link } = (await asRoot('POST', `/admin/users/${user.userId}/password-reset`)).json()
      t.match(link, /^http:\/\/localhost:3001\/console\/reset#token=[\w-]{43}$/)
      t.equal((await resetWith(service, tokenIn(link))).statusCode, 204)
      t.ok(await signsIn(service, user.email, NEW_PASSWORD))
      t.equal((await asRoot('GET', `/admin/users/${user.userId}`)).json().user.emailVerified, false)
    }
    t.ok(await eventually(async () => (await readdir(directory)).length > 0))
  },
)

t.test('only an active account is reset', async (t) => {
  const { id } = await auth.newAccount()
  await asAdmin('PATCH', `/admin/users/${id}`, { status: 'disabled' })
  t.equal((await askFor(id)).json().code, 'account_disabled')
  const invited = await auth.newAccount({ status: 'invited' })
  const refused = await askFor(invited.id)
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'invitation_open')
  t.equal((await askFor('00000000-0000-7000-8000-000000000000')).json().code, 'user_not_found')
  t.equal((await askFor('x')).json().code, 'invalid_request')
})

t.test('who lacks a scope of the account, or users:write, neither resets nor erases it', async (t) => {
  const administrator = await auth.newAccount({ roles: ['admin'] })
  const issued = await auth.app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(DESK) },
  })
  const hr = await auth.newUser({ roles: ['user', 'hr'] })
  for (const [token, code] of [
    [issued.json().access_token, 'exceeds_own_scopes'],
    [hr.accessToken, 'insufficient_scope'],
  ]) {
    for (const [method, path, body] of [
      ['POST', '/password-reset', undefined],
      ['DELETE', '', undefined],
      ['PATCH', '', { email: 'mine@example.test' }],
    ] as const) {
      const response = await auth.call(method, `/admin/users/${administrator.id}${path}`, { token, body })
      t.equal(response.statusCode, 403, `${method} ${path}`)
      t.equal(response.json().code, code, `${method} ${path}`)
    }
  }
  t.same(mailbox.mailsTo(administrator.email), [])
  const user = await auth.newAccount()
  const token = issued.json().access_token
  t.equal((await auth.call('POST', `/admin/users/${user.id}/password-reset`, { token })).statusCode, 200)
})

t.test(
  'strangers who ask for links of a mailbox take none away from its administrator, who has three an hour',
  async (t) => {
    const user = await auth.newUser()
    for (let n = 0; n < 4; n++) await auth.call('POST', '/auth/password/forgot', { body: { email: user.email } })
    for (let n = 0; n < 3; n++) t.equal((await askFor(user.userId)).statusCode, 200)
    const refused = await askFor(user.userId)
    t.equal(refused.statusCode, 429)
    t.equal(refused.headers['retry-after'], '3600')
    t.ok(await eventually(() => mailbox.mailsTo(user.email).length === 6))
  },
)
