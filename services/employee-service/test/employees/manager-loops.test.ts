import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'

const { app, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)

let count = 0
const someone = () => ({ firstName: 'Some', lastName: 'One', email: `someone-${++count}@example.com` })
async function create(managerId?: string): Promise<string> {
  const payload = { ...someone(), ...(managerId !== undefined && { managerId }) }
  return (await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })).json().id
}
const report = (id: string, managerId: string | null) =>
  app.inject({ method: 'PATCH', url: `/employees/${id}`, headers: WRITER, payload: { managerId } })

/** The number of employees who are above themselves. */
async function inLoops(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with recursive above (start, id) as (
      select id, manager_id from employees where manager_id is not null
      union
      select a.start, e.manager_id from above a join employees e on e.id = a.id where e.manager_id is not null
    )
    select count(*)::int as n from above where start = id`.execute(db)
  return rows[0]?.n ?? -1
}

t.test('an employee cannot report to one of their own reports, however far down', async (t) => {
  const top = await create()
  let below = top
  for (let depth = 1; depth <= 12; depth++) {
    below = await create(below)
    const answer = await report(top, below)
    t.equal(answer.statusCode, 409)
    t.match(answer.json(), { code: 'manager_loop', status: 409 })
    const put = await app.inject({
      method: 'PUT',
      url: `/employees/${top}`,
      headers: WRITER,
      payload: { ...someone(), managerId: below },
    })
    t.equal(put.json().code, 'manager_loop')
  }
  t.equal((await app.inject({ url: `/employees/${top}`, headers: WRITER })).json().version, 1)
})

t.test('a manager can change places with a report, one step after the other', async (t) => {
  const boss = await create()
  const deputy = await create(boss)
  t.equal((await report(boss, deputy)).statusCode, 409)
  t.equal((await report(deputy, null)).statusCode, 200)
  t.equal((await report(boss, deputy)).json().managerId, deputy)
})

t.test('of two writes at once that would close a loop together, one is refused', async (t) => {
  for (let round = 0; round < 25; round++) {
    const [a, b] = [await create(), await create()]
    const answers = await Promise.all([report(a, b), report(b, a)])
    t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 409])
  }
  t.equal(await inLoops(), 0)
})

t.test('a ring of many that is closed from all sides at once stays open somewhere', async (t) => {
  for (let round = 0; round < 5; round++) {
    const ring = await Promise.all(Array.from({ length: 8 }, () => create()))
    const answers = await Promise.all(ring.map((id, n) => report(id, ring[(n + 1) % ring.length] ?? '')))
    t.equal(answers.filter(({ statusCode }) => statusCode === 409).length, 1)
    t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, ring.length - 1)
  }
  t.equal(await inLoops(), 0)
})

t.test('employees who are added in one statement cannot manage each other in a loop either', async (t) => {
  const [a, b] = [uuidv7(), uuidv7()]
  const row = (id: string, manager_id: string) => {
    const { firstName: first_name, lastName: last_name, email } = someone()
    return { id, first_name, last_name, email, manager_id }
  }
  const closing = db.insertInto('employees').values([row(a, b), row(b, a)])
  await t.rejects(closing.execute(), { message: 'an employee may not be above their own manager' })
  const boss = await create()
  await db
    .insertInto('employees')
    .values([row(a, b), row(b, boss)])
    .execute()
  t.equal(await inLoops(), 0)
})

t.end()
