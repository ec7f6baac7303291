import t from 'tap'
import { allEmployees, exportCsv, importCsv } from '../support/csv-calls.ts'
import { employeeApp, LINKER, WRITER } from '../support/employee-app.ts'

const ID = '0190b5c4-8a3e-7c1d-9f00-00000000000'
const HEAD = 'id,firstName,lastName,email,userId'

t.test('without employees:link a row with an account ends the whole call: 403, with its line', async (t) => {
  const { app } = await employeeApp(t)
  const file = `${HEAD}\n${ID}1,A,B,a@example.com,\n${ID}2,C,D,c@example.com,${ID}9\n`
  for (const query of [{}, { dryRun: 'true' }]) {
    const answer = await importCsv(app, file, query, WRITER)
    t.match(answer.json(), {
      status: 403,
      code: 'insufficient_scope',
      detail: 'Line 3 has a userId, which needs the scope employees:link. Nothing was imported.',
    })
    t.match(answer.headers['www-authenticate'], 'scope="employees:link"')
  }
  t.same(await allEmployees(app), [])
  t.equal((await importCsv(app, file, {}, LINKER)).json().imported, 2)
})

t.test('a column of accounts without any is no link, nor is an account in an unreadable cell', async (t) => {
  const { app } = await employeeApp(t)
  t.equal((await importCsv(app, `${HEAD}\n,A,B,a@example.com,\n`, {}, WRITER)).json().imported, 1)
  const malformed = await importCsv(app, `${HEAD}\n,C,D,c@example.com,ada\n`, {}, WRITER)
  t.match(malformed.json(), { status: 400, errors: [{ line: 2, column: 'userId' }] })
})

t.test('an import never takes an account from an employee who is there', async (t) => {
  const { app } = await employeeApp(t)
  await importCsv(app, `${HEAD}\n${ID}1,A,B,a@example.com,${ID}9\n`)
  for (const row of [`${ID}1,A,B,a@example.com,`, `,A,B,A@example.com,`]) {
    t.equal((await importCsv(app, `${HEAD}\n${row}\n`, {}, WRITER)).statusCode, 400)
  }
  t.match(await allEmployees(app), [{ id: `${ID}1`, userId: `${ID}9` }])
})

t.test(
  'an export goes back in with its links for those who may link, and without them for all who write',
  async (t) => {
    const [from, here, there] = [await employeeApp(t), await employeeApp(t), await employeeApp(t)]
    await importCsv(from.app, `${HEAD}\n${ID}1,A,B,a@example.com,${ID}9\n`)
    const { body } = await exportCsv(from.app)
    t.equal((await importCsv(here.app, body, {}, WRITER)).statusCode, 403)
    t.equal((await importCsv(here.app, body)).statusCode, 200)
    t.match(await allEmployees(here.app), [{ id: `${ID}1`, userId: `${ID}9` }])
    t.equal((await importCsv(there.app, body.replace(`${ID}9`, ''), {}, WRITER)).statusCode, 200)
    t.match(await allEmployees(there.app), [{ id: `${ID}1`, userId: null }])
  },
)

t.end()
