import { eventually, postgresPair, runSql, testEnvironment, untilServed } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'

/** What docs/operations.md promises. */
const WITHIN_MS = 10_000

t.setTimeout(240_000)

const postgres = await postgresPair(t)
const environment = { ...(await testEnvironment(t)), databaseUrl: postgres.url, schema: 'public' }
const auth = await startAuthService(t, { environment })

t.test('after a fail-over under traffic people sign in and out again, and roles that changed are known', async (t) => {
  const emails = await Promise.all(Array.from({ length: 4 }, async () => (await auth.newAccount()).email))
  const asAdmin = await administratorOf(auth)
  await eventually(async () => (await runSql(postgres.standbyUrl, 'select from users')).length === 5)

  const traffic = { rounds: 0, refused: 0 }
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
        if (out.statusCode === 503) traffic.refused++
        else if (out.statusCode !== 204) t.fail(`a sign-out was answered ${out.statusCode}`)
      } else if (signedIn.statusCode === 503) traffic.refused++
      else t.fail(`a sign-in was answered ${signedIn.statusCode}: ${signedIn.body}`)
      traffic.rounds++
    }
  }
  const people = emails.map(signInAndOut)
  await eventually(() => traffic.rounds > 8)

  await postgres.failOver()
  const tookMs = await untilServed(traffic, 12)
  t.ok(tookMs < WITHIN_MS, `${tookMs} ms, ${traffic.refused} refused`)

  // Past this service, as another replica does it: only a notification, or a look at the new primary, brings it.
  const role = { description: 'Pays', scopes: ['employees:read'] }
  t.equal((await asAdmin('PUT', '/admin/roles/payroll', role)).statusCode, 201)
  await postgres.untilLeft()
  isOver = true
  await Promise.all(people)
  t.match((await auth.app.operations.inject('/health/ready')).json(), { checks: { postgres: { status: 'ok' } } })
})
