import { eventually, postgresPair, runSql, untilServed } from '@latchkey/test-kit'
import t from 'tap'
import { authServer } from './support/auth-server.ts'
import { employeeApp, READER, WRITER } from './support/employee-app.ts'
import { createEmployee, createLinked, readAs, terminate } from './support/offboarding-app.ts'

/** What docs/operations.md promises. */
const WITHIN_MS = 10_000

t.setTimeout(240_000)

const postgres = await postgresPair(t)
const auth = await authServer(t)
const { app } = await employeeApp(t, (config) => ({ ...config, auth: auth.config, database: { url: postgres.url } }))

t.test(
  'after a fail-over under traffic writes, searches and notifications are soon with the new primary',
  async (t) => {
    const id = await createEmployee(app, null)
    await eventually(
      async () => (await runSql(postgres.standbyUrl, `select from employees where id = '${id}'`)).length === 1,
    )

    const traffic = { rounds: 0, refused: 0 }
    let isOver = false
    const write = async (): Promise<void> => {
      while (!isOver) {
        const email = `${crypto.randomUUID()}@example.com`
        const payload = { firstName: 'Ada', lastName: 'Lovelace', email }
        const { statusCode } = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
        if (![201, 503].includes(statusCode)) t.fail(`a write was answered ${statusCode}`)
        if (statusCode === 503) traffic.refused++
        const found = await app.inject({ url: '/employees?query=lovelace&limit=1', headers: READER })
        if (![200, 503].includes(found.statusCode)) t.fail(`a search was answered ${found.statusCode}`)
        traffic.rounds++
      }
    }
    const writers = Array.from({ length: 6 }, write)
    await eventually(() => traffic.rounds > 20)

    await postgres.failOver()
    const start = performance.now()
    const tookMs = await untilServed(traffic, 30)
    t.ok(tookMs < WITHIN_MS, `${tookMs} ms, ${traffic.refused} writes refused`)

    // On connections that only read: nothing but the server's own word makes them go.
    const linked = await createLinked(app)
    t.equal((await terminate(app, linked)).statusCode, 202)
    await eventually(async () => (await readAs(app, linked)) === '401 token_revoked')
    await postgres.untilLeft()
    t.ok(performance.now() - start < 2 * WITHIN_MS, `${Math.round(performance.now() - start)} ms`)
    isOver = true
    await Promise.all(writers)
    t.match((await app.operations.inject('/health/ready')).json(), { checks: { postgres: { status: 'ok' } } })
  },
)

t.test('while no server takes writes, reads are served and readiness says so', async (t) => {
  await postgres.endWrites()
  await eventually(async () => {
    const ready = await app.operations.inject('/health/ready')
    return ready.statusCode === 200 && ready.json().checks.postgres.status === 'degraded'
  })
  const payload = { firstName: 'Ada', lastName: 'Lovelace', email: `${crypto.randomUUID()}@example.com` }
  const refused = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  t.match([refused.statusCode, refused.headers['retry-after']], [503, '1'])
  await eventually(async () => (await app.inject({ url: '/employees', headers: READER })).statusCode === 200)
})
