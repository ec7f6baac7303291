import { createDatabase } from '@latchkey/database'
import { sql } from 'kysely'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { allEmployees, importCsv } from '../support/csv-calls.ts'
import { employeeApp, READER, userWith, WRITER } from '../support/employee-app.ts'

const { app, logs, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, statementTimeoutMs: 60_000 })
t.teardown(() => close())

const ID = '0190b5c4-8a3e-7c1d-9f00-00000000000'
const head = 'firstName,lastName,email'

t.afterEach(async () => {
  await sql`delete from employees`.execute(db)
})

t.test('every row becomes an employee, with all that POST takes', async (t) => {
  const answer = await importCsv(
    app,
    `id,firstName,lastName,email,department,jobTitle,managerId,hiredOn,status,userId
${ID}1,Grace,Hopper,Grace@Example.com,Navy,"Admiral, rear",,1943-12-01,on_leave,${ID}9
,Ada,Lovelace,ada@example.com,,,${ID}1,,,
`,
  )
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { imported: 2, dryRun: false })
  t.match(await allEmployees(app), [
    {
      id: `${ID}1`,
      firstName: 'Grace',
      lastName: 'Hopper',
      email: 'Grace@Example.com',
      department: 'Navy',
      jobTitle: 'Admiral, rear',
      managerId: null,
      hiredOn: '1943-12-01',
      status: 'on_leave',
      userId: `${ID}9`,
      version: 1,
    },
    {
      id: /^[0-9a-f]{8}-[0-9a-f]{4}-7/,
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: 'ada@example.com',
      department: null,
      jobTitle: null,
      managerId: `${ID}1`,
      hiredOn: null,
      status: 'active',
      userId: null,
      version: 1,
    },
  ])
})

t.test('columns come in any order and case, behind a byte order mark, with CRLF and empty lines', async (t) => {
  const answer = await importCsv(app, '\ufeffEMAIL,"LastName", firstname \r\n\r\nx@example.com,"O\'Brien",Zoë\r\n\r\n')
  t.same(answer.json(), { imported: 1, dryRun: false })
  t.match(await allEmployees(app), [{ firstName: 'Zoë', lastName: "O'Brien", email: 'x@example.com' }])
})

t.test('what the service sets by itself is skipped, whatever it is', async (t) => {
  const answer = await importCsv(app, `${head},version,createdAt,updatedAt\nA,B,a@example.com,99,yesterday,\n`)
  t.same(answer.json(), { imported: 1, dryRun: false })
  t.match(await allEmployees(app), [{ version: 1 }])
})

t.test('a file may have no rows', async (t) => {
  t.same((await importCsv(app, head)).json(), { imported: 0, dryRun: false })
})

t.test('managers may come after their reports in the file, or exist already', async (t) => {
  await importCsv(app, `id,${head}\n${ID}0,Z,Z,z@example.com\n`)
  const rows = `${ID}1,A,A,a@example.com,${ID}2\n${ID}2,B,B,b@example.com,${(`${ID}0`).toUpperCase()}\n`
  t.same((await importCsv(app, `id,${head},managerId\n${rows}`)).json(), { imported: 2, dryRun: false })
  const managers = (await allEmployees(app)).map(({ managerId }) => managerId)
  t.same(managers, [null, `${ID}2`, `${ID}0`])
})

t.test('in a long chain each row is managed by the one on the next line', async (t) => {
  const id = (n: number) => `${ID.slice(0, -4)}${String(n).padStart(5, '0')}`
  const rows = Array.from({ length: 4500 }, (_, n) => `${id(n)},A,B,a${n}@example.com,${n < 4499 ? id(n + 1) : ''}\n`)
  const file = `id,${head},managerId\n${rows.join('')}`
  t.same((await importCsv(app, file)).json(), { imported: 4500, dryRun: false })
  const managed = await app.inject({ url: '/employees', headers: READER, query: { managerId: id(2000) } })
  t.match(managed.json().items, [{ id: id(1999) }])
})

t.test('of parallel imports of the same people one is kept, the others get 400 or 503', async (t) => {
  const rows = Array.from({ length: 50 }, (_, n) => `A,B,a${n}@example.com\n`)
  const files = [rows, rows, rows.toReversed()].map((lines) => `${head}\n${lines.join('')}`)
  const callers = ['ida', 'otto', 'eva'].map((name) => userWith(name, 'employees:write'))
  const answers = await Promise.all(files.map((file, index) => importCsv(app, file, {}, callers[index])))
  const statuses = answers.map(({ statusCode }) => statusCode)
  t.equal(statuses.filter((status) => status === 200).length, 1)
  t.ok(statuses.every((status) => status === 200 || status === 400 || status === 503))
  for (const answer of answers.filter(({ statusCode }) => statusCode === 400)) t.equal(answer.json().errorCount, 50)
  t.equal((await allEmployees(app)).length, 50)
})

t.test('a dry run finds everything and keeps nothing', async (t) => {
  const file = `${head}\nA,B,a@example.com\nC,D,c@example.com\n`
  t.same((await importCsv(app, file, { dryRun: 'true' })).json(), { imported: 2, dryRun: true })
  t.same(await allEmployees(app), [])
  t.same((await importCsv(app, file)).json(), { imported: 2, dryRun: false })
  const again = await importCsv(app, file, { dryRun: 'true' })
  t.equal(again.statusCode, 400)
  t.equal(again.json().errors.length, 2)
})

t.test('an id that comes back goes on with its versions: no entity tag of then names what is there now', async (t) => {
  const row = `id,${head}\n${ID}9,A,B,a9@example.com\n`
  const url = `/employees/${ID}9`
  await importCsv(app, row)
  const before = await app.inject({ url, headers: READER })
  t.equal((await app.inject({ method: 'DELETE', url, headers: WRITER })).statusCode, 204)
  await importCsv(app, row)
  const headers = { ...READER, 'if-none-match': String(before.headers.etag) }
  t.equal((await app.inject({ url, headers })).statusCode, 200)
  t.equal((await app.inject({ url, headers: READER })).json().version, before.json().version + 1)
})

t.test('the history and the log say who imported', async (t) => {
  const imported = await importCsv(app, `id,${head},department\n${ID}7,A,B,a@example.com,East\n`)
  const answer = await app.inject({ url: `/employees/${ID}7/history`, headers: WRITER })
  t.match(answer.json().items[0], { action: 'created', actor: { kind: 'client', id: 'test-client' } })
  t.equal(answer.json().items[0].requestId, imported.headers['x-request-id'])
  t.match(logs.lines().at(-2), { route: '/employees/import', status: 200, imported: 1, dryRun: false })
  t.notMatch(logs.text(), 'a@example.com')
})

t.end()
