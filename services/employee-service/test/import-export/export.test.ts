import t from 'tap'
import { exportCsv, importCsv } from '../support/csv-calls.ts'
import { employeeApp, READER, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)

const ID = '0190b5c4-8a3e-7c1d-9f00-00000000000'
const HEADER =
  'id,firstName,lastName,email,department,jobTitle,managerId,hiredOn,status,userId,version,createdAt,updatedAt\r\n'

const lastNames = ({ body }: { body: string }): string[] =>
  body
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(',')[2] ?? '')

t.test('an export without employees is a file of one line', async (t) => {
  const answer = await exportCsv(app)
  t.equal(answer.statusCode, 200)
  t.equal(answer.body, HEADER)
})

t.test('all employees are in one file, with a column for each field', async (t) => {
  await importCsv(
    app,
    `id,firstName,lastName,email,department,jobTitle,managerId,hiredOn,status,userId
${ID}1,Grace,Hopper,=grace@example.com,"a ""b"", c",-,,1943-12-01,on_leave,${ID}9
${ID}2,Åsa,'=1+1,asa@example.com,x;@y,'tis,${ID}1,,,
`,
  )
  const answer = await exportCsv(app)
  t.match(answer.headers, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="employees.csv"',
    'x-content-type-options': 'nosniff',
  })
  const [first] = (await app.inject({ url: '/employees', headers: READER })).json().items
  const now = first.createdAt
  // The import takes the apostrophe off `'=1+1`: exports have put it there.
  t.equal(
    answer.body,
    `${HEADER}${ID}2,Åsa,'=1+1,asa@example.com,x;'@y,'tis,${ID}1,,active,,1,${now},${now}\r\n` +
      `${ID}1,Grace,Hopper,'=grace@example.com,"a ""b"", c",'-,,1943-12-01,on_leave,${ID}9,1,${now},${now}\r\n`,
  )
})

t.test('an export is filtered and sorted as the list is', async (t) => {
  await importCsv(
    app,
    `firstName,lastName,email,department,hiredOn,status,managerId
A,Alpha,a1@example.com,East,2024-01-02,active,${ID}1
B,Beta,b1@example.com,East,2024-01-01,on_leave,${ID}1
C,Gamma,c1@example.com,West,2024-01-03,active,
`,
  )
  const queries: Record<string, string>[] = [
    {},
    { sort: '-lastName' },
    { sort: 'hiredOn' },
    { sort: '-hiredOn' },
    { sort: '-createdAt' },
    { department: 'East' },
    { status: 'on_leave' },
    { managerId: `${ID}1`, sort: '-hiredOn' },
    { query: 'ALPH' },
    { query: '%' },
    { department: 'East', status: 'active', query: 'a1@', managerId: `${ID}1` },
  ]
  for (const query of queries) {
    const list = await app.inject({ url: '/employees', headers: READER, query: { ...query, limit: '100' } })
    const expected = list.json().items.map(({ lastName }: { lastName: string }) => lastName)
    const found = lastNames(await exportCsv(app, query)).map((name) => name.replace("'=", '='))
    t.same(found, expected, JSON.stringify(query))
  }
})

t.test('what the list refuses the export refuses, and pages it does not have', async (t) => {
  for (const [query, path] of [
    [{ sort: 'email' }, 'query/sort'],
    [{ managerId: 'me' }, 'query/managerId'],
    [{ limit: '10' }, 'query/limit'],
    [{ cursor: 'abc' }, 'query/cursor'],
  ] as const) {
    const answer = await exportCsv(app, query)
    t.match(answer.json(), { status: 400, errors: [{ path }] })
    t.notOk(answer.headers['content-disposition'])
  }
})

t.test('HEAD says what there would be', async (t) => {
  const answer = await app.inject({ method: 'HEAD', url: '/employees/export', headers: WRITER })
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], 'text/csv')
  t.equal(answer.body, '')
})

t.end()
