import { privatePostgres } from '@latchkey/test-kit'
import t from 'tap'
import { buildApp } from '../src/index.ts'
import { employeeApp, READER, testConfig, userWith, WRITER } from './support/employee-app.ts'

/** What the service promises, and a margin for a busy machine. */
const WITHIN_MS = 2000 + 500

const postgres = await privatePostgres(t)
const config = { ...(await testConfig(t)), database: { url: postgres.url } }
const { app, logs } = await employeeApp(t, () => config)

const payload = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
const created = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
const employee = created.json()
const url = `/employees/${employee.id}`

// Writes that can never go through: a server that was only asleep may still read them when it wakes.
const stale = { ...WRITER, 'if-match': '"99"' }
const calls = [
  { method: 'GET', url: '/employees', headers: READER },
  { method: 'GET', url: '/employees?query=grace', headers: READER },
  { method: 'GET', url: '/employees/me', headers: userWith('0190b5c4-8a3e-7c1d-9f00-aaaaaaaaaaaa', 'profile') },
  { method: 'GET', url, headers: READER },
  { method: 'GET', url: `${url}/history`, headers: WRITER },
  { method: 'POST', url: '/employees', headers: WRITER, payload },
  { method: 'POST', url: '/employees', headers: { ...WRITER, 'idempotency-key': 'k' }, payload },
  { method: 'PUT', url, headers: stale, payload },
  { method: 'PATCH', url, headers: stale, payload: { jobTitle: 'x' } },
  { method: 'DELETE', url, headers: stale },
] as const

async function comesBack(): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if ((await app.inject({ url, headers: READER })).statusCode === 200) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

const outages = [
  { state: 'killed', begin: () => postgres.kill(), end: () => postgres.start() },
  { state: 'stopped in order', begin: () => postgres.stop(), end: () => postgres.start() },
  { state: 'silent', begin: async () => postgres.pause(), end: async () => postgres.resume() },
]

for (const { state, begin, end } of outages) {
  t.test(`while Postgres is ${state} every call is 503 in time, and works again by itself afterwards`, async (t) => {
    await begin()
    const start = performance.now()
    const answers = await Promise.all(calls.map((call) => app.inject(call)))
    t.ok(performance.now() - start < WITHIN_MS, 'in time')
    for (const [index, answer] of answers.entries()) {
      t.equal(answer.statusCode, 503, `${calls[index]?.method} ${calls[index]?.url}`)
      t.equal(answer.headers['retry-after'], '1')
      t.match(answer.json(), { code: 'unavailable', status: 503 })
      t.notMatch(answer.body, /postgres|sql|connect|ECONN|time-?out/i)
    }

    const ready = await app.operations.inject('/health/ready')
    t.equal(ready.statusCode, 503)
    t.ok(ready.headers['retry-after'])
    t.match(ready.json(), { status: 'unavailable', checks: { postgres: { status: 'unavailable' } } })
    t.equal((await app.inject('/health/live')).statusCode, 200)
    t.equal((await app.inject(url)).statusCode, 401, 'a verdict that needs no database is still given')

    await end()
    t.ok(await comesBack())
    t.equal((await app.inject('/health/ready')).statusCode, 200)
    t.same((await app.inject({ url, headers: READER })).json(), employee)
  })
}

t.test('a server that dies under load leaves every request answered and the process running', async (t) => {
  const asking = Array.from({ length: 30 }, async () => {
    const statuses: number[] = []
    for (let i = 0; i < 20; i++) statuses.push((await app.inject({ url, headers: READER })).statusCode)
    return statuses
  })
  await postgres.kill()
  const statuses = new Set((await Promise.all(asking)).flat())
  t.ok([...statuses].every((status) => status === 200 || status === 503))
  await postgres.start()
  t.ok(await comesBack())
})

t.test('more requests at once than there are connections are all answered', async (t) => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => app.inject({ url, headers: READER })))
  t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
})

t.test('the log says what the answers did not, and holds no secret', async (t) => {
  const unserved = logs.lines().filter(({ status }) => status === 503)
  t.match(JSON.stringify(unserved), 'ECONNREFUSED')
  t.notMatch(logs.text(), new URL(postgres.url).password)
  t.notMatch(logs.text(), WRITER.authorization)
})

t.test('a boot while Postgres is down waits for it', async (t) => {
  await postgres.stop()
  const [late] = await Promise.all([buildApp({ ...config, logLevel: 'silent' }), postgres.start()])
  t.equal((await late.inject({ url, headers: READER })).statusCode, 200)
  await late.close()
})

t.test('a boot gives up after its time, and says why', async (t) => {
  await postgres.stop()
  const booting = buildApp({ ...config, logLevel: 'silent' }, { databaseWaitMs: 100 })
  await t.rejects(booting, { message: /^Postgres could not be used within 0\.1 s: connect ECONNREFUSED/ })
  await postgres.start()
})

t.test('a boot with a wrong password ends at once, by the name of the setting', async (t) => {
  const url = new URL(postgres.url)
  url.password = 'hunter2'
  const booting = buildApp(
    { ...config, logLevel: 'silent', database: { url: url.href } },
    { databaseWaitMs: 3_600_000 },
  )
  await t.rejects(booting, { message: /^EMPLOYEE_DATABASE_URL: password authentication failed/, code: '28P01' })
})

t.end()
