import assert from 'node:assert/strict'
import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { EmployeeSchema } from '../../../src/database/employee-database.ts'
import type { EmployeeFilter } from '../../../src/employees/employee-listing.ts'
import { EMPLOYEE_SORTS, type EmployeePosition, positionOf } from '../../../src/employees/employee-sort.ts'
import { listEmployees } from '../../../src/employees/search/employee-listing-repository.ts'
import { employeeApp } from '../../support/employee-app.ts'

const { config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)

// So small that a few hundred employees need all three steps of a search.
const LIMITS = { scanned: 7, collected: 20 }

const FIRST = ['Ada', 'Zoë', 'Åsa', 'JOSÉ', 'Søren', 'Иван', '伟', 'Γιώργος', "D'Arcy", 'Jean-Luc', 'e\u0301ric']
const LAST = ['Lovelace', 'Nguyễn', 'Ångström', 'Straße', 'Петров', 'Παπάς', 'O’Neil', 'Zu', 'Smith', 'Ｗｉｄｅ']
const TITLES = [null, 'R&D Engineer', 'Engineer', 'VP (Ops)', '100% Clerk', 'C++_Dev', 'Buyer, 2nd']
const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T

const people = Array.from({ length: 330 }, (_, n) => ({
  id: uuidv7(),
  first_name: at(FIRST, n * 7),
  last_name: at(LAST, Math.floor(n / 11)),
  email: `p${n}.${n % 3 === 0 ? 'x_y' : 'a-c'}@example.${n % 50 === 0 ? 'org' : 'com'}`,
  job_title: at(TITLES, n * 3),
  department: at(['Navy', 'Engines', null], n),
  status: at(['active', 'active', 'active', 'on_leave', 'terminated'] as const, n),
  hired_on: n % 9 === 0 ? null : `20${10 + (n % 15)}-01-0${1 + (n % 9)}`,
}))
await db.insertInto('employees').values(people).execute()

/** What the database does to a text, done here once more; the letters that have no accent to lose are named. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[øß’ς]/g, (letter) => ({ ø: 'o', ß: 'ss', '’': "'", ς: 'σ' })[letter] ?? letter)

function expected({ query = '', department, status }: EmployeeFilter): string[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  return people
    .filter((person) => {
      const text = fold(`${person.first_name} ${person.last_name} ${person.email} ${person.job_title ?? ''}`)
      return (
        words.every((word) => text.includes(word)) &&
        (department === undefined || person.department === department) &&
        (status === undefined || person.status === status)
      )
    })
    .map(({ id }) => id)
    .sort()
}

const texts = people.flatMap(({ first_name, last_name, email, job_title }) =>
  [first_name, last_name, email, job_title ?? ''].map((text) => [...text]),
)
/** A part of an existing text, as a user may type it. */
const part = fc
  .tuple(fc.nat(texts.length - 1), fc.nat(12), fc.integer({ min: 1, max: 5 }), fc.boolean())
  .map(([n, start, length, shout]) => {
    const cut = (texts[n] ?? []).slice(start, start + length).join('')
    return shout ? cut.toUpperCase() : cut
  })
const word = fc.oneof(
  { weight: 5, arbitrary: part },
  {
    weight: 1,
    arbitrary: fc.constantFrom('zq', 'nobody', 'com.', '@', '.', 'a-c@', '-c', 'x.x', 'q', '%', '_', '\\', "'"),
  },
)
const query = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '))

t.test('a search finds exactly those who have all its words, in pages, in every order', async (t) => {
  const searches = fc.record({
    query,
    department: fc.constantFrom(undefined, undefined, 'Navy'),
    status: fc.constantFrom(undefined, undefined, 'on_leave' as const),
    sort: fc.constantFrom(...EMPLOYEE_SORTS),
    limit: fc.integer({ min: 1, max: 40 }),
  })
  let foundAny = 0
  await fc.assert(
    fc.asyncProperty(searches, async ({ sort, limit, ...filter }) => {
      const whole = await listEmployees(db, { filter: { ...filter, query: '' }, sort, limit: 1000 })
      const wanted = new Set(expected(filter))
      const inOrder = whole.map(({ id }) => id).filter((id) => wanted.has(id))
      const found: string[] = []
      for (let after: EmployeePosition | undefined; ; ) {
        const page = await listEmployees(db, { filter, sort, limit, after }, LIMITS)
        found.push(...page.map(({ id }) => id))
        const last = page.at(-1)
        if (last === undefined || page.length < limit) break
        after = positionOf(last, sort)
      }
      if (found.length > 0) foundAny++
      assert.deepEqual(found, inOrder)
    }),
    { numRuns: 100 },
  )
  t.ok(foundAny > 30, 'most searches found an employee')
})

t.end()
