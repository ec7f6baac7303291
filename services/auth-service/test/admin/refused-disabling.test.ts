import { eventually, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t, { type Test } from 'tap'
import { trailOf } from '../support/audit.ts'
import { ADMIN, administratorOf, startAuthService, type TestService } from '../support/auth-service.ts'
import { dumpOf, placesOf } from '../support/dump.ts'
import { startMailServer } from '../support/mail-server.ts'
import { startMailbox } from '../support/mailbox.ts'
import { basic } from '../support/send-form.ts'

const LEAVERS = {
  clientId: 'leavers',
  secret: 'a-secret-of-leavers-that-is-long-enough',
  scopes: ['users:disable'],
}
const CLIENTS = { SERVICE_CLIENTS: JSON.stringify([LEAVERS]) }
const SUBJECT = 'An account of Latchkey could not be disabled'

/** Disables as the service client. */
async function disableOf({ app, call }: TestService) {
  const issued = await app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(LEAVERS) },
  })
  const { access_token: token } = issued.json()
  return (userId: string) =>
    call('PATCH', `/admin/users/${userId}`, {
      token,
      body: { status: 'disabled' },
      headers: { 'x-request-id': 'the-termination' },
    })
}

/** A role of the company's own that may link accounts, and nothing else. */
async function addRole(auth: TestService): Promise<void> {
  const role = { description: 'Keeps the links', scopes: ['profile', 'employees:link'] }
  const added = await (await administratorOf(auth))('PUT', '/admin/roles/people', role)
  if (added.statusCode >= 300) throw new Error(added.body)
}

async function start(t: Test) {
  const mailbox = await startMailbox(t)
  const auth = await startAuthService(t, { variables: { ...mailbox.variables, ...CLIENTS } })
  const { userId: adminId } = await auth.signInAdmin()
  const notices = (address: string) => mailbox.mailsTo(address).filter(({ subject }) => subject === SUBJECT)
  return { auth, mailbox, adminId, disable: await disableOf(auth), notices, trail: await trailOf(auth) }
}

t.test(
  'a service client that is to disable the last administrator is refused, and those who can act read which one',
  async (t) => {
    const { auth, adminId, disable, notices, trail } = await start(t)
    await (await administratorOf(auth))('PATCH', `/admin/users/${adminId}`, { fullName: 'Ada Root' })
    const [former, invited, staff] = [
      await auth.newAccount({ roles: ['admin'], status: 'disabled' }),
      await auth.newAccount({ roles: ['admin'], status: 'invited' }),
      await auth.newAccount({ roles: ['hr'] }),
    ]
    t.match((await disable(adminId)).json(), { status: 409, code: 'last_admin' })
    await eventually(() => notices(ADMIN.email).length === 1)
    const [{ text } = { text: '' }] = notices(ADMIN.email)
    for (const line of ['Account: Ada Root', `Id: ${adminId}`, 'Asked by: leavers', 'Time: ']) t.match(text, line)
    t.match(await trail({ type: 'user_disabling_refused' }), [
      {
        outcome: 'failure',
        actorId: 'leavers',
        subjectId: adminId,
        callerRequestId: 'the-termination',
        details: { why: 'last_admin' },
      },
    ])
    for (const { email } of [former, invited, staff])
      t.same(notices(email), [], 'not those who can do nothing about it')
    t.equal((await auth.signInAdmin()).userId, adminId, 'the account goes on')
  },
)

t.test('a client that repeats the call sends three mails an hour, and leaves one entry a minute', async (t) => {
  const { disable, adminId, notices, trail } = await start(t)
  for (let n = 0; n < 3; n++) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => disable(adminId)))
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [409])
  }
  await eventually(() => notices(ADMIN.email).length === 3)
  const entries = await trail({ type: 'user_disabling_refused' })
  // The minute may have turned.
  t.ok(entries.length <= 2)
  t.equal(
    entries.reduce((sum, { count }) => sum + count, 0),
    15,
  )
})

t.test('an administrator who is refused reads the answer, so no mail leaves', async (t) => {
  const { auth, adminId, mailbox, trail, notices } = await start(t)
  const asAdmin = await administratorOf(auth)
  t.equal((await asAdmin('PATCH', `/admin/users/${adminId}`, { status: 'disabled' })).json().code, 'last_admin')
  t.same(await trail({ type: 'user_disabling_refused' }), [])
  await asAdmin('PATCH', `/admin/users/${adminId}`, { roles: ['admin', 'hr'] })
  await eventually(() => mailbox.mailsTo(ADMIN.email).some(({ subject }) => subject.includes('roles')))
  t.same(notices(ADMIN.email), [], 'no mail of before')
})

t.test('without a mail server the refusal is the same, and in the trail', async (t) => {
  const auth = await startAuthService(t, { variables: CLIENTS })
  const { userId } = await auth.signInAdmin()
  t.equal((await (await disableOf(auth))(userId)).json().code, 'last_admin')
  t.match(await (await trailOf(auth))({ type: 'user_disabling_refused' }), [{ subjectId: userId }])
})

t.test(
  'while the mail cannot be written nothing is decided: the client repeats the call, and the mail leaves',
  async (t) => {
    const mailbox = await startMailbox(t)
    const environment = await testEnvironment(t)
    const relay = await tcpRelay(t, environment.databaseUrl)
    const auth = await startAuthService(t, {
      environment: { ...environment, databaseUrl: relay.url },
      variables: { ...mailbox.variables, ...CLIENTS },
    })
    const { userId } = await auth.signInAdmin()
    const disable = await disableOf(auth.once)
    const { lost } = relay.loseReply({ to: 'into mail_quotas' })
    t.equal((await disable(userId)).statusCode, 503)
    await lost
    await eventually(async () => (await disable(userId)).statusCode === 409)
    t.equal((await mailbox.next(ADMIN.email)).subject, SUBJECT)
  },
)

t.test(
  'all who hold the scope to withdraw an offboarding get the mail, by a role of the company as well',
  async (t) => {
    const { auth, adminId, disable, notices } = await start(t)
    await addRole(auth)
    const [holder, former] = [
      await auth.newAccount({ roles: ['user', 'people'] }),
      await auth.newAccount({ roles: ['people'], status: 'disabled' }),
    ]
    t.equal((await disable(adminId)).statusCode, 409)
    for (const address of [ADMIN.email, holder.email]) await eventually(() => notices(address).length === 1)
    t.same(notices(former.email), [])
  },
)

t.test('an erasure takes the account out of mails to others that still wait', async (t) => {
  const server = await startMailServer(t, { refuse: () => 450 })
  const auth = await startAuthService(t, {
    variables: {
      SMTP_URL: server.url,
      MAIL_FROM: 'no-reply@latchkey.test',
      PUBLIC_URL: 'https://id.latchkey.test',
      ...CLIENTS,
    },
  })
  await addRole(auth)
  await auth.newAccount({ roles: ['people'] })
  const root = await auth.signInAdmin()
  const last = await auth.newUser({ roles: ['admin'], fullName: 'Zerlina Quastenflosse' })
  const asLast = (body: object) => auth.call('PATCH', `/admin/users/${root.userId}`, { token: last.accessToken, body })
  t.equal((await asLast({ status: 'disabled' })).statusCode, 200)
  t.equal((await (await disableOf(auth))(last.userId)).json().code, 'last_admin')
  const mailsNaming = async () =>
    placesOf(await dumpOf(auth.environment), 'quastenflosse').filter((place) => place.endsWith('.mails'))
  t.equal((await mailsNaming()).length, 1)

  t.equal((await asLast({ status: 'active' })).statusCode, 200)
  const erased = await (await administratorOf(auth))('DELETE', `/admin/users/${last.userId}`)
  t.equal(erased.statusCode, 204)
  t.same(placesOf(await dumpOf(auth.environment), 'quastenflosse'), [])
})
