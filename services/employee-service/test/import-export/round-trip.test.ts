import { createDatabase } from '@latchkey/database'
import { Text } from '@latchkey/service-kit'
import fc from 'fast-check'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { EMPLOYEE_SORTS } from '../../src/employees/employee-sort.ts'
import { allEmployees, exportCsv, importCsv, type Listed } from '../support/csv-calls.ts'
import { employeeApp } from '../support/employee-app.ts'
import { SAVED_BY, savedBy } from '../support/saved-files.ts'
import { trickyText } from '../support/tricky-text.ts'

/** Two companies with a database each. */
const from = await employeeApp(t)
const to = await employeeApp(t)
const source = createDatabase<EmployeeSchema>(from.config.database)
const target = createDatabase<EmployeeSchema>(to.config.database)
t.teardown(() => Promise.all([source.close(), target.close()]))

const { pattern }: { pattern: string } = JSON.parse(JSON.stringify(Text()))
const isLine = new RegExp(pattern, 'u')
const line = trickyText.filter((text) => isLine.test(text) && [...text].length <= 200)
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const person = fc.record({
  first_name: line,
  last_name: line,
  mailbox: fc.constantFrom('a', '=a', '+a', '-a', "'a", "'=a", 'A'),
  department: perhaps(line),
  job_title: perhaps(line),
  manager: perhaps(fc.nat(20)),
  hired_on: fc.constantFrom(null, '0001-01-01', '2024-02-29', '9999-12-31'),
  status: fc.constantFrom('active' as const, 'on_leave' as const),
  linked: fc.boolean(),
})

/** What comes again from any other way of writing the same file down; the rest is the service's own. */
const kept = ({ version: _, createdAt: _at, updatedAt: _too, ...rest }: Listed) => rest
const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)

const people = fc.array(person, { maxLength: 12 })
const sorts = fc.constantFrom(...EMPLOYEE_SORTS)
/** The export as it is, or as another program saves it. */
const saving = fc.option(fc.constantFrom(...Object.values(SAVED_BY)), { nil: undefined })

t.test('employees who are exported and imported into an empty company are exactly the same again', async (t) => {
  await fc.assert(
    fc.asyncProperty(people, sorts, saving, async (people, sort, saving) => {
      await Promise.all([source, target].map(({ db }) => db.deleteFrom('employees').execute()))
      const ids = people.map(() => uuidv7())
      const rows = people.map(({ mailbox, manager, linked, ...rest }, index) => ({
        ...rest,
        id: ids[index] ?? '',
        email: `${mailbox}${index}@example.com`,
        // One of those before, so that there is no loop.
        manager_id: manager === null || index === 0 ? null : (ids[manager % index] ?? null),
        user_id: linked ? uuidv7() : null,
      }))
      if (rows.length > 0) await source.db.insertInto('employees').values(rows).execute()

      const file = (await exportCsv(from.app, { sort })).body
      const answer = await importCsv(to.app, saving === undefined ? file : savedBy(saving, file))
      if (answer.statusCode !== 200) throw new Error(answer.body)
      const [there, here] = [await allEmployees(from.app), await allEmployees(to.app)]
      t.same(here.map(kept).sort(byId), there.map(kept).sort(byId))
      t.equal(answer.json().imported, people.length)

      // And once more, apart from what the service sets: the same file.
      const again = (await exportCsv(to.app, { sort })).body
      const withoutOwn = (text: string) => text.replace(/,1,[^,]*Z,[^,]*Z\r\n/g, '\r\n')
      if (sort !== 'createdAt' && sort !== '-createdAt') t.equal(withoutOwn(again), withoutOwn(file))
    }),
    { numRuns: 40 },
  )
})

t.end()
