import t from 'tap'
import { allEmployees, importCsv } from '../support/csv-calls.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)

const ID = '0190b5c4-8a3e-7c1d-9f00-00000000000'
const head = 'firstName,lastName,email'
const all = 'id,firstName,lastName,email,department,jobTitle,managerId,hiredOn,status,userId'
const latin1 = (text: string) => Buffer.from(text, 'latin1')

// One employee exists already.
await importCsv(app, `id,${head},userId\n${ID}0,Grace,Hopper,Grace@example.com,${ID}9\n`)
const [grace] = await allEmployees(app)

/** What is wrong, the file, and where the answer has to say so: line, column. */
const files: [what: string, file: string | Buffer, faults: [line: number, column?: string][]][] = [
  ['an empty file', '', [[1]]],
  ['a file of empty lines', '\n\r\n\n', [[1]]],
  [
    'a header without what is required',
    'firstName,department\n',
    [
      [1, 'lastName'],
      [1, 'email'],
    ],
  ],
  ['an unknown column', `${head},salary\nA,B,a@example.com,1\n`, [[1, 'salary']]],
  [
    'a column with content and without a name',
    `${head}, ,\nA,B,a@example.com,,\nC,D,c@example.com,,x\nE,F,x,,y\n`,
    [
      [3, '5'],
      [4, 'email'],
    ],
  ],
  ['a column twice', `${head},Email\nA,B,a@example.com,b@example.com\n`, [[1, 'email']]],
  ['UTF-16 without a mark', Buffer.from(`${head}\nA,B,a@example.com\n`, 'utf16le'), [[1]]],
  [
    'two separators',
    'firstName,lastName;email\nA,B;a@example.com\n',
    [
      [1, 'lastName;email'],
      [1, 'lastName'],
      [1, 'email'],
    ],
  ],
  [
    'a separator of another kind',
    'firstName|lastName|email\nA|B|a@example.com\n',
    [
      [1, 'firstName|lastName|email'],
      [1, 'firstName'],
      [1, 'lastName'],
      [1, 'email'],
    ],
  ],
  [
    'a bad row below the line that announces the separator',
    `sep=;\r\n${head.replaceAll(',', ';')}\r\nA;B;x\r\n`,
    [[3, 'email']],
  ],
  ['semicolons in a row below commas', `${head}\nA;B;a@example.com\n`, [[2]]],
  [
    'Windows-1252 as a spreadsheet saves it',
    latin1(`${head.replaceAll(',', ';')}\r\nA;B;a@example.com\r\nJosé;Ñ;b@example.com\r\n`),
    [
      [3, 'firstName'],
      [3, 'lastName'],
    ],
  ],
  [
    'half a character in UTF-16',
    Buffer.from(`\ufeff${head}\nA,B,a@example.com\nC,D\ud83d,c@example.com\n`, 'utf16le'),
    [[3, 'lastName']],
  ],
  [
    'half a byte pair at the end of UTF-16',
    Buffer.concat([Buffer.from(`\ufeff${head}\nA,B,a@example.com`, 'utf16le'), Buffer.from('x')]),
    [[2, 'email']],
  ],
  ['a Ctrl-Z that something follows', `${head}\nA\x1a,B,a@example.com\n`, [[2, 'firstName']]],
  [
    'a day of which nobody knows the month',
    `${head},hiredOn\nA,B,a@example.com,31.4.2024\nC,D,c@example.com,1/2/2024\nE,F,e@example.com,1.2.24\n`,
    [
      [2, 'hiredOn'],
      [3, 'hiredOn'],
      [4, 'hiredOn'],
    ],
  ],
  ['a header that is not UTF-8', latin1(`${head},Größe\n`), [[1]]],
  ['a cell too few', `${head}\nA,B\nA,B,a@example.com\n`, [[2]]],
  ['a cell too many', `${head}\nA,B,a@example.com,x\n`, [[2]]],
  [
    'cells without what is required',
    `${head},department\n,,,x\n`,
    [
      [2, 'firstName'],
      [2, 'lastName'],
      [2, 'email'],
    ],
  ],
  ['a name that is blank', `${head}\n \u00a0,B,a@example.com\n`, [[2, 'firstName']]],
  ['a name that is too long', `${head}\n${'a'.repeat(201)},B,a@example.com\n`, [[2, 'firstName']]],
  [
    'a line break in a name',
    `${head}\n"A\r\nB",C,a@example.com\nA,,b@example.com\n`,
    [
      [2, 'firstName'],
      [4, 'lastName'],
    ],
  ],
  ['a NUL in a name', `${head}\nA\0,B,a@example.com\n`, [[2, 'firstName']]],
  ['an e-mail that is none', `${head}\nA,B,a@b\n`, [[2, 'email']]],
  ['a day that never was', `${head},hiredOn\nA,B,a@example.com,2023-02-29\n`, [[2, 'hiredOn']]],
  ['a day as spreadsheets like it', `${head},hiredOn\nA,B,a@example.com,1/31/2024\n`, [[2, 'hiredOn']]],
  ['a status that is none', `${head},status\nA,B,a@example.com,fired\n`, [[2, 'status']]],
  ['a status in another case', `${head},status\nA,B,a@example.com,Active\n`, [[2, 'status']]],
  ['an employee who is terminated already', `${head},status\nA,B,a@example.com,terminated\n`, [[2, 'status']]],
  ['an id that is none', `id,${head}\n1,A,B,a@example.com\n`, [[2, 'id']]],
  ['an account that is no id', `${head},userId\nA,B,a@example.com,ada\n`, [[2, 'userId']]],
  ['a manager that is no id', `${head},managerId\nA,B,a@example.com,Grace\n`, [[2, 'managerId']]],
  ['a manager who does not exist', `${head},managerId\nA,B,a@example.com,${ID}5\n`, [[2, 'managerId']]],
  [
    'a cell that is not UTF-8',
    latin1(`${head}\nA,B,a@example.com\nJosé,Ñ,b@example.com\n`),
    [
      [3, 'firstName'],
      [3, 'lastName'],
    ],
  ],
  ['a skipped column that is not UTF-8', latin1(`${head},version\nA,B,x,é\n`), [[2, 'email']]],
  [
    'an e-mail twice in the file, in another case',
    `${head}\nA,B,a@example.com\nC,D,A@EXAMPLE.com\nE,F,a@example.com\n`,
    [
      [3, 'email'],
      [4, 'email'],
    ],
  ],
  ['an e-mail that another employee has', `${head}\nA,B,a@example.com\nC,D,grace@EXAMPLE.com\n`, [[3, 'email']]],
  [
    'an account twice in the file',
    `${head},userId\nA,B,a@example.com,${ID}1\nC,D,c@example.com,${ID}1\n`,
    [[3, 'userId']],
  ],
  ['an account that is linked already', `${head},userId\nA,B,a@example.com,${ID}9\n`, [[2, 'userId']]],
  ['an id twice in the file', `id,${head}\n${ID}1,A,B,a@example.com\n${ID}1,C,D,c@example.com\n`, [[3, 'id']]],
  ['an id that another employee has', `id,${head}\n${ID}0,A,B,a@example.com\n`, [[2, 'id']]],
  ['an employee who manages themselves', `id,${head},managerId\n${ID}1,A,B,a@example.com,${ID}1\n`, [[2, 'managerId']]],
  [
    'two who manage each other, and one below them',
    `id,${head},managerId\n${ID}1,A,B,a@example.com,${ID}2\n${ID}2,C,D,c@example.com,${ID}1\n${ID}3,E,F,e@example.com,${ID}1\n`,
    [
      [2, 'managerId'],
      [3, 'managerId'],
    ],
  ],
  [
    'three in a circle',
    `id,${head},managerId\n${ID}1,A,B,a@example.com,${ID}2\n${ID}2,C,D,c@example.com,${ID}3\n${ID}3,E,F,e@example.com,${ID}1\n`,
    [
      [2, 'managerId'],
      [3, 'managerId'],
      [4, 'managerId'],
    ],
  ],
  [
    'faults of all kinds at once',
    `${all}\n,A,B,grace@example.com,,,${ID}5,x,,\n\n,A\n${ID}0,,"C\nD",c@,,,,,terminated,${ID}9\n`,
    [
      [2, 'email'],
      [2, 'hiredOn'],
      [2, 'managerId'],
      [4],
      [5, 'firstName'],
      [5, 'lastName'],
      [5, 'email'],
      [5, 'id'],
      [5, 'status'],
      [5, 'userId'],
    ],
  ],
  ['more behind a closing quote', `${head}\nA,,a@example.com\n"A"x,B,a@example.com\nA,B,C\n`, [[2, 'lastName'], [3]]],
  ['a quote in the midst of a cell', `${head}\nA "the" x,B,a@example.com\n`, [[2]]],
  ['a quote that is never closed', `${head}\nA,B,a@example.com\n"A,B,b@example.com\nC,D,d@example.com\n`, [[3]]],
  ['a row longer than any', `${head}\nA,B,a@example.com\n"${'A'.repeat(70_000)}",B,b@example.com\n`, [[3]]],
]

for (const [what, file, expected] of files) {
  t.test(`${what} is 400, says where, and nothing is imported`, async (t) => {
    const answer = await importCsv(app, file)
    t.equal(answer.statusCode, 400)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    const { code, detail, errors, errorCount } = answer.json()
    t.equal(code, 'invalid_request')
    t.match(detail, /Nothing was imported\.$/)
    const key = (line: number, column?: string) => `${line} ${column ?? '-'}`
    t.same(
      errors.map(({ line, column }: { line: number; column?: string }) => key(line, column)).sort(),
      expected.map(([line, column]) => key(line, column)).sort(),
    )
    t.equal(errorCount, errors.length)
    for (const { line, column, path, message } of errors) {
      t.equal(path, column === undefined ? `line/${line}` : `line/${line}/${column}`)
      t.match(message, /^[a-z]/)
    }
    t.same(await allEmployees(app), [grace])
  })
}

t.test('faults are in the order of the file', async (t) => {
  const { errors } = (await importCsv(app, `${head}\nA,B,grace@example.com\nA,B,x\nA,B,grace@example.com\n`)).json()
  t.same(
    errors.map(({ line }: { line: number }) => line),
    [2, 3, 4, 4],
  )
})

t.test('a repeated value names the line of its first occurrence', async (t) => {
  const { errors } = (await importCsv(app, `${head}\nA,B,a@example.com\n\nA,B,a@example.com\n`)).json()
  t.same(errors, [{ path: 'line/4/email', line: 4, column: 'email', message: 'is the same as on line 2' }])
})

t.test('of very many faults the first thousand are listed and all are counted', async (t) => {
  const bad = `${head}\n${'A,,grace@example.com\n'.repeat(1500)}`
  const { errors, errorCount, detail } = (await importCsv(app, bad)).json()
  t.equal(errors.length, 1000)
  // Each lacks a name and has an e-mail that is taken; each but the first repeats it.
  t.equal(errorCount, 1500 + 1500 + 1499)
  t.match(detail, 'There are 4499 faults in the file, the first 1000 in `errors`')
  t.equal(errors.at(-1).line, 335)
})

t.test('a file of another kind is refused early', async (t) => {
  const { errors, errorCount } = (await importCsv(app, `${head}\n${'a\n'.repeat(100_000)}`)).json()
  t.equal(errors.length, 1000)
  t.equal(errorCount, 1002)
})

t.test('a wrong media type, charset or coding is 415, a query that is not known 400', async (t) => {
  const post = (headers: Record<string, string>, query = {}) =>
    app.inject({ method: 'POST', url: '/employees/import', headers: { ...WRITER, ...headers }, query, payload: head })
  for (const headers of [
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'text/csvx' },
    { 'content-type': 'text/csv; charset=iso-8859-1' },
    { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
  ]) {
    const answer = await post(headers)
    t.match(answer.json(), { status: 415, code: 'unsupported_media_type' }, JSON.stringify(headers))
  }
  for (const type of [
    'text/csv',
    'text/csv; charset=UTF-8; header=present',
    'Text/CSV;charset="utf-8"',
    'text/csv; charset=utf-16',
  ]) {
    t.equal((await post({ 'content-type': type })).statusCode, 200, type)
  }
  const path = { errors: [{ path: 'query/dryRun' }] }
  t.match((await post({ 'content-type': 'text/csv' }, { dryRun: 'yes' })).json(), { status: 400, ...path })
  const unknown = await post({ 'content-type': 'text/csv' }, { dryrun: 'true' })
  t.match(unknown.json(), { status: 400, errors: [{ path: 'query/dryrun' }] })
})

t.end()
