import { eventually, privatePostgres, privateStandby, runSql, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { authServer } from './support/auth-server.ts'
import { employeeApp, READER, WRITER } from './support/employee-app.ts'
import { createEmployee, createLinked, readAs, terminate } from './support/offboarding-app.ts'

/** What docs/operations.md promises. */
const WITHIN_MS = 10_000

t.setTimeout(240_000)

const old = await privatePostgres(t)
const next = await privateStandby(t, old)
let primaryUrl = old.url
// Connections that are open stay with the old server: as behind a balancer, or a name that leads elsewhere now.
const relay = await tcpRelay(t, () => primaryUrl)
const auth = await authServer(t)
const { app } = await employeeApp(t, (config) => ({ ...config, auth: auth.config, database: { url: relay.url } }))

t.test(
  'after a fail-over under traffic writes, searches and notifications are soon with the new primary',
  async (t) => {
    const id = await createEmployee(app, null)
    await eventually(async () => (await runSql(next.url, `select from employees where id = '${id}'`)).length === 1)

    let failed = 0
    let isOver = false
    let seen = 0
    const write = async (): Promise<void> => {
      while (!isOver) {
        const email = `${crypto.randomUUID()}@example.com`
        const payload = { firstName: 'Ada', lastName: 'Lovelace', email }
        const { statusCode } = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
        if (![201, 503].includes(statusCode)) t.fail(`a write was answered ${statusCode}`)
        if (statusCode === 503) failed++
        const found = await app.inject({ url: '/employees?query=lovelace&limit=1', headers: READER })
        if (![200, 503].includes(found.statusCode)) t.fail(`a search was answered ${found.statusCode}`)
        seen++
      }
    }
    const traffic = Array.from({ length: 6 }, write)
    await eventually(() => seen > 20)

    primaryUrl = next.url
    await next.promote()
    await runSql(old.superuserUrl(), 'alter system set default_transaction_read_only = on', 'select pg_reload_conf()')
    const start = performance.now()
    await eventually(async () => {
      const before = failed
      const at = seen
      await eventually(() => seen > at + 30)
      return failed === before
    }, 'thirty rounds without a 503')
    t.ok(performance.now() - start < WITHIN_MS, `${Math.round(performance.now() - start)} ms, ${failed} writes refused`)

    // On connections that only read: nothing but the server's own word makes them go.
    const linked = await createLinked(app)
    t.equal((await terminate(app, linked)).statusCode, 202)
    await eventually(async () => (await readAs(app, linked)) === '401 token_revoked')
    const connectionsOfOld = () =>
      runSql(
        old.superuserUrl(),
        "select application_name from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      )
    await eventually(async () => (await connectionsOfOld()).length === 0, 'no connection is left at the old server')
    t.ok(performance.now() - start < 2 * WITHIN_MS, `${Math.round(performance.now() - start)} ms`)
    isOver = true
    await Promise.all(traffic)
    t.match((await app.operations.inject('/health/ready')).json(), { checks: { postgres: { status: 'ok' } } })
  },
)

t.test('while no server takes writes, reads are served and readiness says so', async (t) => {
  await runSql(next.superuserUrl, 'alter system set default_transaction_read_only = on', 'select pg_reload_conf()')
  await eventually(async () => {
    const ready = await app.operations.inject('/health/ready')
    return ready.statusCode === 200 && ready.json().checks.postgres.status === 'degraded'
  })
  const payload = { firstName: 'Ada', lastName: 'Lovelace', email: `${crypto.randomUUID()}@example.com` }
  const refused = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  t.match([refused.statusCode, refused.headers['retry-after']], [503, '1'])
  await eventually(async () => (await app.inject({ url: '/employees', headers: READER })).statusCode === 200)
})
