import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { allEmployees, importCsv } from '../support/csv-calls.ts'
import { employeeApp } from '../support/employee-app.ts'
import { SAVED_BY, savedBy } from '../support/saved-files.ts'

const { app, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)
t.afterEach(() => db.deleteFrom('employees').execute())

const ID = '0190b5c4-8a3e-7c1d-9f00-00000000000'
const FILE = [
  'id,firstName,lastName,email,department,jobTitle,managerId,hiredOn,status',
  `${ID}1,Åsa,"Hopper, Grace",asa@example.com,"a ""b""; c",'=1+1,,2024-02-29,active`,
  `${ID}2,李,"x;'@y",li@example.com,,'tis,${ID}1,,on_leave`,
].join('\r\n')
const PEOPLE = [
  {
    id: `${ID}1`,
    firstName: 'Åsa',
    lastName: 'Hopper, Grace',
    department: 'a "b"; c',
    jobTitle: '=1+1',
    hiredOn: '2024-02-29',
  },
  { id: `${ID}2`, firstName: '李', lastName: 'x;@y', jobTitle: "'tis", managerId: `${ID}1`, status: 'on_leave' },
]
const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)

for (const [program, saving] of Object.entries(SAVED_BY)) {
  t.test(`what ${program} saves comes in`, async (t) => {
    const answer = await importCsv(app, savedBy(saving, FILE))
    t.same(answer.json(), { imported: 2, dryRun: false })
    t.match((await allEmployees(app)).sort(byId), PEOPLE)
  })
}

/** Files that bring in one Ada Lovelace. */
const files: Record<string, string> = {
  'quoted names in the header': '"firstName";"lastName";"email"\r\nAda;Lovelace;ada@example.com\r\n',
  'one column more than names, empty': 'firstName,lastName,email,, \nAda,Lovelace,ada@example.com,, \n',
  'a nameless column in the middle': 'firstName,,lastName,email\nAda,,Lovelace,ada@example.com\n',
  'empty cells behind the row alone': 'firstName,lastName,email\nAda,Lovelace,ada@example.com,,\n',
  'rows of spaces': ' \nfirstName,lastName,email\n , ,\t\nAda,Lovelace,ada@example.com\n\u00a0\n',
  'a separator that another line announces': 'SEP=,\nfirstName,lastName,email\nAda,Lovelace,ada@example.com\n',
  'one that is announced in quotes': '"sep=\t"\rfirstName\tlastName\temail\rAda\tLovelace\tada@example.com\r',
  'a Ctrl-Z behind the last cell': 'firstName,lastName,email\nAda,Lovelace,ada@example.com\x1a',
  'names in another case, in any order': 'EMAIL;lastname; FirstName\nada@example.com;Lovelace;Ada\n',
  'more separators of another kind in the rows':
    'email;firstName;lastName;jobTitle\nada@example.com;Ada;Lovelace;a,b,c,d,e,f\n',
}

for (const [what, file] of Object.entries(files)) {
  t.test(`${what}: the rows come in`, async (t) => {
    t.same((await importCsv(app, file)).json(), { imported: 1, dryRun: false })
    t.match(await allEmployees(app), [{ firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' }])
  })
}

t.test('a fault names the column without a name by its number, once', async (t) => {
  const rows = ['A,B,a@example.com,', 'C,D,c@example.com,x', 'E,F,e@example.com,y']
  const { errors } = (await importCsv(app, `firstName,lastName,email,\n${rows.join('\n')}`)).json()
  const message = 'has content from this line on, but column 4 has no name in the header'
  t.same(errors, [{ path: 'line/3/4', line: 3, column: '4', message }])
})

t.end()
