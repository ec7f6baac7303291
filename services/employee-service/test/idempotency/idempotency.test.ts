import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { startHousekeeping } from '../../src/housekeeping.ts'
import { claimKey } from '../../src/idempotency/idempotency-repository.ts'
import { employeeApp, READER, userWith, WRITER } from '../support/employee-app.ts'

const { app, config } = await employeeApp(t)
// Another replica, over the same database.
const { app: replica } = await employeeApp(t, () => config)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)

let count = 0
const someone = () => ({ firstName: 'Some', lastName: 'One', email: `someone-${++count}@example.com` })
const newKey = () => `key-${++count}`
const post = (payload: object, key: string, headers: object = WRITER, to = app) =>
  to.inject({ method: 'POST', url: '/employees', headers: { ...headers, 'idempotency-key': key }, payload })

async function employeesNamed(lastName: string): Promise<number> {
  const rows = await db.selectFrom('employees').select('id').where('last_name', '=', lastName).execute()
  return rows.length
}
const age = (key: string, interval: string) =>
  sql`update idempotency_keys set created_at = now() - ${interval}::interval where key = ${key}`.execute(db)

t.test('the same key with the same body gets the same answer, and there is one employee', async (t) => {
  const key = newKey()
  const payload = { ...someone(), lastName: 'Repeated', hiredOn: '2024-02-29' }
  const first = await post(payload, key)
  t.equal(first.statusCode, 201)
  for (const again of [await post(payload, key), await post(payload, `"${key}"`), await post(payload, ` ${key} `)]) {
    t.equal(again.statusCode, 201)
    t.same(again.json(), first.json())
    t.equal(again.headers.location, first.headers.location)
    t.equal(again.headers.etag, first.headers.etag)
  }
  t.equal(await employeesNamed('Repeated'), 1)
})

t.test('the answer stays what it was when the employee has changed or gone since', async (t) => {
  const key = newKey()
  const payload = someone()
  const first = await post(payload, key)
  const url = `/employees/${first.json().id}`
  await app.inject({ method: 'PATCH', url, headers: WRITER, payload: { jobTitle: 'x' } })
  t.same((await post(payload, key)).json(), first.json())
  await app.inject({ method: 'DELETE', url, headers: WRITER })
  t.same((await post(payload, key)).json(), first.json())
  t.equal((await app.inject({ url, headers: READER })).statusCode, 404)
})

t.test('the order of members makes no difference to the body', async (t) => {
  const key = newKey()
  const { firstName, lastName, email } = someone()
  const first = await post({ firstName, lastName, email }, key)
  t.same((await post({ email, lastName, firstName }, key)).json(), first.json())
})

t.test('the same key with another body is 422 and adds no employee', async (t) => {
  const key = newKey()
  const payload = someone()
  await post(payload, key)
  for (const other of [
    { ...someone(), lastName: 'Other' },
    { ...payload, jobTitle: null },
  ]) {
    const answer = await post(other, key)
    t.equal(answer.statusCode, 422)
    t.match(answer.json(), { code: 'idempotency_key_reused', status: 422 })
  }
  t.equal(await employeesNamed('Other'), 0)
})

t.test('parallel requests, at two replicas, all get the same answer', async (t) => {
  for (let round = 0; round < 5; round++) {
    const key = newKey()
    const payload = { ...someone(), lastName: `Parallel ${round}` }
    const attempts = Array.from({ length: 12 }, (_, n) => post(payload, key, WRITER, n % 2 === 0 ? app : replica))
    const answers = await Promise.all(attempts)
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [201])
    t.equal(new Set(answers.map(({ body }) => body)).size, 1)
    t.equal(await employeesNamed(payload.lastName), 1)
  }
})

t.test('of parallel requests with different bodies one wins, the others get 422', async (t) => {
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 8 }, () => post({ ...someone(), lastName: 'Rival' }, key)))
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [201, ...Array.from({ length: 7 }, () => 422)])
  t.equal(await employeesNamed('Rival'), 1)
})

t.test('another caller may have the same key, a user as well as a client of that name', async (t) => {
  const key = newKey()
  const callers = [
    WRITER,
    userWith('u1', 'employees:write'),
    userWith('u2', 'employees:write'),
    userWith('test-client', 'employees:write'),
  ]
  for (const caller of callers) t.equal((await post(someone(), key, caller)).statusCode, 201)
})

t.test('a refused request stores nothing: its key stays free', async (t) => {
  const key = newKey()
  const taken = someone()
  await post(taken, newKey())
  for (let n = 0; n < 2; n++) t.equal((await post(taken, key)).json().code, 'email_taken')
  t.equal((await post({ ...someone(), managerId: '0190b5c4-8a3e-7c1d-9f00-1234567890ab' }, key)).statusCode, 400)
  t.equal((await db.selectFrom('idempotency_keys').select('key').where('key', '=', key).execute()).length, 0)
  t.equal((await post(someone(), key)).statusCode, 201)
})

t.test('when the first of two parallel requests fails, the second is processed', async (t) => {
  const key = newKey()
  const [claimed, failing] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()]
  const first = db.transaction().execute(async (trx) => {
    await claimKey(trx, { caller: 'client:test-client', key, fingerprint: 'of another body' })
    claimed.resolve()
    await failing.promise
  })
  await claimed.promise
  const second = post(someone(), key)
  setTimeout(() => failing.reject(new Error('the work failed')), 100)
  await t.rejects(first, { message: 'the work failed' })
  t.equal((await second).statusCode, 201)
})

t.test('a key is remembered for a day and then free again', async (t) => {
  const key = newKey()
  const payload = someone()
  const first = await post(payload, key)
  await age(key, '23 hours 59 minutes')
  t.same((await post(payload, key)).json(), first.json())
  await age(key, '24 hours 1 minute')
  t.equal((await post(payload, key)).json().code, 'email_taken', 'the call is processed again')
  t.equal((await post(someone(), key)).statusCode, 201)
})

t.test('expired keys are deleted, others stay', async (t) => {
  const [old, young] = [newKey(), newKey()]
  for (const key of [old, young]) await post(someone(), key)
  await age(old, '25 hours')
  const failures: unknown[] = []
  const stopping = new AbortController()
  t.teardown(async () => stopping.abort())
  const log = { warn: (...line: unknown[]) => void failures.push(line) }
  const finder = { find: async () => ({ outcome: 'none' }) as const }
  startHousekeeping({ db, finder, log, signal: stopping.signal, everyMs: 10 })
  const left = () => db.selectFrom('idempotency_keys').select('key').where('key', 'in', [old, young]).execute()
  for (let tries = 0; (await left()).length > 1 && tries < 500; tries++) await new Promise((go) => setTimeout(go, 10))
  t.same(await left(), [{ key: young }])
  t.same(failures, [])
})

t.test('a malformed key is 400 and says where', async (t) => {
  const malformed = ['', ' ', 'a b', '"a', 'a"', '""', 'a,b', '"a", "b"', 'ключ', 'a\tb', '"a\\b"', 'k'.repeat(256)]
  for (const key of malformed) {
    const answer = await post({ ...someone(), lastName: 'Malformed' }, key)
    t.equal(answer.statusCode, 400, JSON.stringify(key))
    t.match(answer.json(), { code: 'invalid_request', errors: [{ path: 'headers/idempotency-key' }] })
  }
  t.equal(await employeesNamed('Malformed'), 0)
  for (const key of ['k'.repeat(255), '"with spaces, a comma and a \\"quote\\""', '!']) {
    t.equal((await post(someone(), key)).statusCode, 201, key)
  }
})

t.test('without a key every call is a new one', async (t) => {
  const payload = someone()
  const call = () => app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  t.equal((await call()).statusCode, 201)
  t.equal((await call()).json().code, 'email_taken')
})

t.end()
