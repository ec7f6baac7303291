import { eventually, privatePostgres, privateStandby, runSql, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'

/** What docs/operations.md promises. */
const WITHIN_MS = 10_000

t.setTimeout(240_000)

const old = await privatePostgres(t)
const next = await privateStandby(t, old)
let primaryUrl = old.url
const relay = await tcpRelay(t, () => primaryUrl)
const environment = { ...(await testEnvironment(t)), databaseUrl: relay.url, schema: 'public' }
const auth = await startAuthService(t, { environment })

t.test('after a fail-over under traffic people sign in and out again, and roles that changed are known', async (t) => {
  const emails = await Promise.all(Array.from({ length: 4 }, async () => (await auth.newAccount()).email))
  const asAdmin = await administratorOf(auth)
  await eventually(async () => (await runSql(next.url, 'select from users')).length === 5)

  let failed = 0
  let rounds = 0
  let isOver = false
  const signInAndOut = async (email: string): Promise<void> => {
    while (!isOver) {
      const body = { email, password: PASSWORD, delivery: 'body' }
      const signedIn = await auth.once.call('POST', '/auth/login', {
        body,
        headers: { 'x-forwarded-for': '192.0.2.1' },
      })
      if (signedIn.statusCode === 200) {
        const { refreshToken } = signedIn.json()
        const out = await auth.once.call('POST', '/auth/logout', { body: { refreshToken } })
        if (out.statusCode === 503) failed++
        else if (out.statusCode !== 204) t.fail(`a sign-out was answered ${out.statusCode}`)
      } else if (signedIn.statusCode === 503) failed++
      else t.fail(`a sign-in was answered ${signedIn.statusCode}: ${signedIn.body}`)
      rounds++
    }
  }
  const traffic = emails.map(signInAndOut)
  await eventually(() => rounds > 8)

  primaryUrl = next.url
  await next.promote()
  await runSql(old.superuserUrl(), 'alter system set default_transaction_read_only = on', 'select pg_reload_conf()')
  const start = performance.now()
  await eventually(async () => {
    const [before, at] = [failed, rounds]
    await eventually(() => rounds > at + 12)
    return failed === before
  }, 'twelve rounds without a 503')
  t.ok(performance.now() - start < WITHIN_MS, `${Math.round(performance.now() - start)} ms, ${failed} refused`)

  // Past this service, as another replica does it: only a notification, or a look at the new primary, brings it.
  const role = { description: 'Pays', scopes: ['employees:read'] }
  t.equal((await asAdmin('PUT', '/admin/roles/payroll', role)).statusCode, 201)
  const connectionsOfOld = () =>
    runSql(
      old.superuserUrl(),
      "select application_name from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    )
  await eventually(async () => (await connectionsOfOld()).length === 0, 'no connection is left at the old server')
  isOver = true
  await Promise.all(traffic)
  t.match((await auth.app.operations.inject('/health/ready')).json(), { checks: { postgres: { status: 'ok' } } })
})
