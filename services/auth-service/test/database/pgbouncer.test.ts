import { eventually, privatePostgres, startPgbouncer, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService, type TestService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

const PEOPLE = 8

const postgres = await privatePostgres(t)
// Fewer connections than the service has: they go from one transaction to the next.
const pooler = await startPgbouncer(t, { mode: 'transaction', url: postgres.url, settings: { default_pool_size: '4' } })

if ('missing' in pooler) t.plan(0, pooler.missing)
else testBehind(pooler.url)

function testBehind(url: string): void {
  t.test('behind PgBouncer in transaction mode everybody gets an answer, and a right one', async (t) => {
    const environment = { ...(await testEnvironment(t)), databaseUrl: postgres.url, schema: 'public' }
    const mailbox = await startMailbox(t)
    const variables = { ...mailbox.variables, DATABASE_URL: url, SESSION_DATABASE_URL: postgres.url }
    const auth = await startAuthService(t, { environment, variables })
    const other = await startAuthService(t, { environment, variables, beside: auth })
    const asAdmin = await administratorOf(auth)

    const emails = Array.from({ length: PEOPLE }, (_, n) => `person-${n}@corp.test`)
    const lives = await Promise.allSettled(emails.map((email) => live(auth, asAdmin, mailbox, email)))
    const strange = (): unknown[] => auth.logs.lines().filter(({ status }) => Number(status) >= 500 && status !== 503)
    t.same(strange(), [])
    for (const outcome of lives) if (outcome.status === 'rejected') throw outcome.reason

    await t.test('a change of roles is known to other replicas by its notification', async (t) => {
      const role = { description: 'Pays', scopes: ['employees:read'] }
      t.equal((await asAdmin('PUT', '/admin/roles/payroll', role)).statusCode, 201)
      const { email } = await auth.newAccount({ roles: ['payroll'] })
      const { accessToken } = await other.signIn(email)
      const me = await other.call('GET', '/auth/me', { token: accessToken })
      t.match(me.json(), { user: { roles: ['payroll'] } })
    })

    await t.test('many refusals at once are counted, and the trail is read', async (t) => {
      const body = { email: 'nobody@corp.test', password: 'not the password', delivery: 'body' }
      const answers = await Promise.all(Array.from({ length: 12 }, () => auth.call('POST', '/auth/login', { body })))
      t.ok(answers.every(({ statusCode }) => [401, 429].includes(statusCode)))
      t.ok((await asAdmin('GET', '/admin/audit?type=login_failed')).json().items.length > 0)
    })

    t.equal((await auth.app.operations.inject('/health/ready')).json().checks.postgres.status, 'ok')
    t.same(strange(), [])
    t.notMatch(auth.logs.text(), /prepared statement/)
  })
}

/** Invited, signed in twice, refreshed, signed out, erased. */
async function live(
  auth: TestService,
  asAdmin: Awaited<ReturnType<typeof administratorOf>>,
  mailbox: Awaited<ReturnType<typeof startMailbox>>,
  email: string,
): Promise<void> {
  const invited = await asAdmin('POST', '/admin/users', { email, roles: ['staff'] })
  t.equal(invited.statusCode, 201, invited.body)
  const token = await mailbox.nextToken(email)
  const accept = { token, password: PASSWORD, delivery: 'body' }
  const accepted = await auth.call('POST', '/auth/invitations/accept', { body: accept })
  t.equal(accepted.statusCode, 200, accepted.body)
  const { refreshToken } = accepted.json()
  const second = await auth.signIn(email)
  const refreshed = await auth.call('POST', '/auth/refresh', { body: { refreshToken } })
  t.equal(refreshed.statusCode, 200, refreshed.body)
  const out = await auth.call('POST', '/auth/logout', { body: { refreshToken: refreshed.json().refreshToken } })
  t.equal(out.statusCode, 204, out.body)
  t.equal((await auth.call('GET', '/auth/me', { token: second.accessToken })).statusCode, 200)
  t.equal((await asAdmin('DELETE', `/admin/users/${second.userId}`)).statusCode, 204)
  await eventually(async () => (await auth.call('GET', '/auth/me', { token: second.accessToken })).statusCode === 401)
}
