import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { EMPLOYEE_SORTS, type EmployeeSort } from '../../src/employees/employee-sort.ts'
import { employeeApp, READER } from '../support/employee-app.ts'

const { app, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(() => close())

type Person = { lastName: string; hiredOn: string | null; createdAt: Date }

// Few values, so that most of a page ties with its neighbours.
const person: fc.Arbitrary<Person> = fc.record({
  lastName: fc.constantFrom('Abel', 'abel', 'Ábel', 'de Vries', 'Müller', 'Zuse', '\u{1F600}'),
  hiredOn: fc.constantFrom(null, null, '0001-01-01', '2023-12-31', '2024-01-01', '9999-12-31'),
  createdAt: fc.constantFrom(0, 1, 2, 999).map((ms) => new Date(Date.UTC(2024, 0, 1, 0, 0, 0, ms))),
})
const people = (maxLength: number) => fc.array(person, { maxLength })

/** `inserts` and `deletes` happen between one page and the next. */
const walk = fc.record({
  limit: fc.integer({ min: 1, max: 7 }),
  start: people(30),
  inserts: fc.array(people(4), { maxLength: 8 }),
  deletes: fc.array(fc.array(fc.nat(29), { maxLength: 2 }), { maxLength: 4 }),
})

async function insert(persons: readonly Person[]): Promise<string[]> {
  if (persons.length === 0) return []
  const rows = persons.map(({ lastName, hiredOn, createdAt }) => {
    const id = uuidv7()
    return {
      id,
      first_name: 'A',
      last_name: lastName,
      email: `${id}@example.com`,
      hired_on: hiredOn,
      created_at: createdAt,
    }
  })
  await db.insertInto('employees').values(rows).execute()
  return rows.map(({ id }) => id)
}

async function pageOf(sort: EmployeeSort, limit: number, cursor?: string, search = '') {
  const query = { sort, limit: String(limit), query: search, ...(cursor !== undefined && { cursor }) }
  const answer = await app.inject({ url: '/employees', headers: READER, query })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json() as { items: { id: string }[]; nextCursor: string | null }
}

const walks = [
  ...EMPLOYEE_SORTS.map((sort) => ({ sort, search: '', what: `by ${sort}` })),
  ...(['lastName', '-hiredOn'] as const).map((sort) => ({ sort, search: 'exam .com', what: `of a search by ${sort}` })),
]

for (const { sort, search, what } of walks) {
  t.test(
    `a walk ${what} sees every employee who was there all along exactly once, whichever others come and go`,
    async (t) => {
      await fc.assert(
        fc.asyncProperty(walk, async ({ limit, start, inserts, deletes }) => {
          await db.deleteFrom('employees').execute()
          const there = await insert(start)
          const gone = new Set<string>()
          const seen: string[] = []

          let page = await pageOf(sort, limit, undefined, search)
          for (let step = 0; ; step++) {
            seen.push(...page.items.map(({ id }) => id))
            if (page.nextCursor === null) break
            const leaving = (deletes[step] ?? []).flatMap((index) => there[index] ?? [])
            if (leaving.length > 0) await db.deleteFrom('employees').where('id', 'in', leaving).execute()
            for (const id of leaving) gone.add(id)
            // While the next page is read, too.
            const [next] = await Promise.all([
              pageOf(sort, limit, page.nextCursor, search),
              insert(inserts[step] ?? []),
            ])
            if (next.nextCursor !== null && next.items.length !== limit)
              throw new Error('a page before the last is short')
            page = next
          }

          if (new Set(seen).size !== seen.length) throw new Error('an employee was seen twice')
          const missed = there.filter((id) => !gone.has(id) && !seen.includes(id))
          if (missed.length > 0) throw new Error(`${missed.length} of ${there.length} were not seen`)
        }),
        { numRuns: 40 },
      )
      t.pass()
    },
  )
}

for (const sort of EMPLOYEE_SORTS) {
  t.test(`a walk by ${sort} in small steps is the list in one step`, async (t) => {
    await db.deleteFrom('employees').execute()
    await insert(fc.sample(person, { numRuns: 80, seed: 7 }))
    const whole = await pageOf(sort, 100)
    const stepwise: unknown[] = []
    let cursor: string | undefined
    do {
      const page = await pageOf(sort, 3, cursor)
      stepwise.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    t.equal(stepwise.length, 80)
    t.same(stepwise, whole.items)
  })
}

t.end()
