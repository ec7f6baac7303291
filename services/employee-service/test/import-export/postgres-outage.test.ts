import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { eventually, privatePostgres } from '@latchkey/test-kit'
import t from 'tap'
import { allEmployees, exportCsv, importCsv } from '../support/csv-calls.ts'
import { employeeApp, READER, WRITER } from '../support/employee-app.ts'
import { addLargeCompany, databaseForMany } from '../support/large-company.ts'
import { answerOf, listening, openRequest } from '../support/real-connection.ts'

/** What the service promises, and a margin for a busy machine. */
const WITHIN_MS = 2000 + 500

const postgres = await privatePostgres(t)
const { app } = await employeeApp(t, (config) => ({ ...config, database: { url: postgres.url } }))
const port = await listening(app)
const db = await databaseForMany(t, { url: postgres.url })

const CSV = { ...WRITER, 'content-type': 'text/csv' }
const HEAD = 'firstName,lastName,email\n'
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `Ada,Lovelace,ada${from + n}@example.com\n`).join('')

const isBack = () =>
  eventually(async () => (await app.inject({ url: '/employees?limit=1', headers: READER })).statusCode === 200)

const outages = [
  { state: 'killed', begin: () => postgres.kill(), end: () => postgres.start() },
  { state: 'silent', begin: async () => postgres.pause(), end: async () => postgres.resume() },
]

for (const { state, begin, end } of outages) {
  t.test(`while Postgres is ${state} an import and an export are 503 in time`, async (t) => {
    // So that a connection has been there before.
    t.equal((await exportCsv(app)).statusCode, 200)
    await begin()
    const start = performance.now()
    const answers = await Promise.all([importCsv(app, HEAD + rows(0, 5)), exportCsv(app)])
    t.ok(performance.now() - start < WITHIN_MS, 'in time')
    for (const answer of answers) {
      t.match(answer.json(), { status: 503, code: 'unavailable' })
      t.equal(answer.headers['retry-after'], '1')
      t.notOk(answer.headers['content-disposition'])
    }
    await end()
    t.ok(await isBack())
    t.same(await allEmployees(app), [])
  })
}

t.test('an import leaves nothing behind when Postgres dies in the middle of it', async (t) => {
  const client = openRequest(port, '/employees/import', CSV)
  const answered = answerOf(client)
  client.write(HEAD + rows(0, 3000))
  await new Promise((resolve) => setTimeout(resolve, 300))
  await postgres.kill()
  client.end(rows(3000, 6000))
  const { status, body } = await answered
  t.equal(status, 503)
  t.match(JSON.parse(body), { code: 'unavailable' })
  await postgres.start()
  t.ok(await isBack())
  t.same(await allEmployees(app), [])
  t.equal((await importCsv(app, HEAD + rows(0, 6000))).json().imported, 6000)
})

t.test('an import fails in time when Postgres falls silent in the middle of it', async (t) => {
  const client = openRequest(port, '/employees/import', CSV)
  const answered = answerOf(client)
  client.write(HEAD + rows(10_000, 13_000))
  await new Promise((resolve) => setTimeout(resolve, 300))
  postgres.pause()
  const start = performance.now()
  client.write(rows(13_000, 16_000))
  t.equal((await answered).status, 503)
  t.ok(performance.now() - start < WITHIN_MS, 'in time')
  client.destroy()
  postgres.resume()
  t.ok(await isBack())
  t.equal((await allEmployees(app)).filter(({ email }) => email === 'ada10000@example.com').length, 0)
})

t.test('an export is cut off when Postgres dies in the middle of it', async (t) => {
  await addLargeCompany(db)
  const client = openRequest(port, '/employees/export', WRITER, 'GET')
  client.end()
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  t.equal(response.statusCode, 200)
  response.once('data', () => response.pause())
  const failed = once(response, 'error')
  await postgres.kill()
  response.resume()
  t.match(await failed, [{ code: 'ECONNRESET' }])
  t.equal(response.complete, false)
  await postgres.start()
  t.ok(await isBack())
})

t.end()
