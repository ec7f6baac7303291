import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import type { InjectOptions } from 'fastify'
import { sql } from 'kysely'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { createWriteAs } from '../../src/database/write-as.ts'
import { updateEmployee } from '../../src/employees/employee-repository.ts'
import { employeeApp, LINKER, userWith, WRITER } from '../support/employee-app.ts'

const { app, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, poolSize: 1, ...NO_HURRY })
t.teardown(close)

const HR = userWith('hr-person', 'employees:read', 'employees:write')
const CLIENT = { kind: 'client', id: 'test-client' }
const USER = '0190b5c4-8a3e-7c1d-9f00-aaaaaaaaaaaa'

let count = 0
const someone = () => ({ firstName: 'Some', lastName: 'One', email: `someone-${++count}@example.com` })

type Entry = { action: string; version: number; changes: object[]; actor: object | null; requestId: string | null }
const call = (options: InjectOptions) => app.inject({ headers: LINKER, ...options })
async function create(payload: object = {}) {
  const answer = await call({ method: 'POST', url: '/employees', payload: { ...someone(), ...payload } })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json()
}
async function historyOf(id: string, query: Record<string, string> = {}): Promise<Entry[]> {
  const answer = await app.inject({ url: `/employees/${id}/history`, headers: WRITER, query })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json().items
}

t.test('every change is on record: what was changed, from what to what, by whom, in which request, when', async (t) => {
  const { id, email, updatedAt } = await create({ jobTitle: 'Clerk', hiredOn: '2024-02-29' })
  const headers = { ...HR, 'x-request-id': 'the-promotion' }
  const payload = { jobTitle: 'Admiral', department: 'Navy', hiredOn: null, firstName: 'Some' }
  const patched = (await call({ method: 'PATCH', url: `/employees/${id}`, headers, payload })).json()
  await call({ method: 'PUT', url: `/employees/${id}`, payload: { ...someone(), email, userId: USER } })
  await call({ method: 'DELETE', url: `/employees/${id}`, headers: { ...WRITER, 'x-request-id': 'the-end' } })

  const [deleted, put, patch, created, ...rest] = await historyOf(id)
  t.same(rest, [])
  t.match(created, { action: 'created', version: 1, employeeId: id, at: updatedAt, actor: CLIENT, requestId: String })
  t.same(changesOf(created), {
    firstName: [null, 'Some'],
    lastName: [null, 'One'],
    email: [null, email],
    jobTitle: [null, 'Clerk'],
    hiredOn: [null, '2024-02-29'],
    status: [null, 'active'],
  })
  t.match(patch, {
    action: 'updated',
    version: 2,
    at: patched.updatedAt,
    actor: { kind: 'user', id: 'hr-person' },
    requestId: 'the-promotion',
  })
  t.same(changesOf(patch), {
    jobTitle: ['Clerk', 'Admiral'],
    department: [null, 'Navy'],
    hiredOn: ['2024-02-29', null],
  })
  t.match(put, { action: 'updated', version: 3, actor: CLIENT })
  t.same(changesOf(put), { jobTitle: ['Admiral', null], department: ['Navy', null], userId: [null, USER] })
  t.match(deleted, { action: 'deleted', version: 3, actor: CLIENT, requestId: 'the-end' })
  t.same(changesOf(deleted), {
    firstName: ['Some', null],
    lastName: ['One', null],
    email: [email, null],
    status: ['active', null],
    userId: [USER, null],
  })
})

t.test('the deletion of a manager is on record with each report, with the actor who deleted', async (t) => {
  const boss = await create()
  const reports = [await create({ managerId: boss.id }), await create({ managerId: boss.id })]
  await call({ method: 'DELETE', url: `/employees/${boss.id}`, headers: { ...HR, 'x-request-id': 'boss-leaves' } })
  for (const { id } of reports) {
    const [lost] = await historyOf(id)
    t.match(lost, { action: 'updated', version: 2, actor: { id: 'hr-person' }, requestId: 'boss-leaves' })
    t.same(changesOf(lost), { managerId: [boss.id, null] })
  }
})

t.test('a termination is recorded as such', async (t) => {
  const { id } = await create()
  await db.updateTable('employees').set({ status: 'terminated' }).where('id', '=', id).execute()
  const [terminated] = await historyOf(id)
  t.match(terminated, { action: 'terminated', actor: null, requestId: null })
  t.same(changesOf(terminated), { status: ['active', 'terminated'] })
})

t.test('a write that is refused or undone leaves no trace', async (t) => {
  const { id, email } = await create()
  const other = await create()
  const refusals: InjectOptions[] = [
    { method: 'PATCH', url: `/employees/${other.id}`, payload: { email } },
    { method: 'PATCH', url: `/employees/${other.id}`, payload: { status: 'terminated' } },
    { method: 'PUT', url: `/employees/${other.id}`, payload: someone(), headers: { ...WRITER, 'if-match': '"7"' } },
    { method: 'DELETE', url: `/employees/${other.id}`, headers: { ...WRITER, 'if-match': '"7"' } },
  ]
  for (const refusal of refusals) t.ok((await call(refusal)).statusCode >= 409)
  t.equal((await historyOf(other.id)).length, 1)

  const broken = createWriteAs(db)({ kind: 'user', id: 'u', requestId: 'r' }, async (trx) => {
    await updateEmployee(trx, id, { jobTitle: 'x' })
    throw new Error('the work failed after all')
  })
  await t.rejects(broken, { message: 'the work failed after all' })
  t.equal((await historyOf(id)).length, 1)
})

t.test('a connection that goes back to the pool carries no actor over to the next write', async (t) => {
  const { id } = await create()
  // The pool has a single connection.
  const actor = { kind: 'user', id: 'someone', requestId: 'r1' } as const
  await createWriteAs(db)(actor, (trx) => updateEmployee(trx, id, { jobTitle: 'x' }))
  await db.updateTable('employees').set({ job_title: 'y' }).where('id', '=', id).execute()
  const [after, as] = await historyOf(id)
  t.match(as, { actor: { kind: 'user', id: 'someone' }, requestId: 'r1' })
  t.match(after, { actor: null, requestId: null })
})

t.test('many at once are recorded one by one', async (t) => {
  const ids = await sql<{ id: string }>`
    insert into employees (id, first_name, last_name, email)
    select gen_random_uuid(), 'Bulk', 'Load', 'bulk-' || n || '@example.com' from generate_series(1, 500) n
    returning id`.execute(db)
  const all = ids.rows.map(({ id }) => id)
  await db.updateTable('employees').set({ department: 'Bulk' }).where('id', 'in', all).execute()
  const rows = await db.selectFrom('employee_history').selectAll().where('employee_id', 'in', all).execute()
  t.equal(rows.filter(({ action }) => action === 'created').length, 500)
  const updated = rows.filter(({ action }) => action === 'updated')
  t.equal(new Set(updated.map((row) => row.employee_id)).size, 500)
  t.ok(updated.every(({ before, after }) => before.department === null && after.department === 'Bulk'))
})

t.test('what is recorded stays: no change, no removal, not even of everything', async (t) => {
  const { id } = await create()
  const attempts = [
    sql`update employee_history set actor_id = 'nobody', actor_kind = 'user' where employee_id = ${id}`,
    sql`delete from employee_history where employee_id = ${id}`,
    sql`truncate employee_history`,
  ]
  for (const attempt of attempts) await t.rejects(attempt.execute(db), { message: 'employee_history is append-only' })
  t.equal((await historyOf(id)).length, 1)
})

t.test('pages are the newest first, and together they are the whole, in order', async (t) => {
  const { id } = await create()
  for (let n = 0; n < 6; n++) await call({ method: 'PATCH', url: `/employees/${id}`, payload: { jobTitle: `${n}` } })
  const versions: number[] = []
  let cursor: string | undefined
  do {
    const query = { limit: '3', ...(cursor !== undefined && { cursor }) }
    const page = (await app.inject({ url: `/employees/${id}/history`, headers: WRITER, query })).json()
    versions.push(...page.items.map(({ version }: Entry) => version))
    cursor = page.nextCursor ?? undefined
    // What happens between two pages is newer than both.
    if (cursor !== undefined)
      await call({ method: 'PATCH', url: `/employees/${id}`, payload: { jobTitle: 'in between' } })
  } while (cursor !== undefined)
  t.same(versions, [7, 6, 5, 4, 3, 2, 1])
})

t.test('parallel writes leave one entry for each version, in their order', async (t) => {
  const { id } = await create()
  const titles = Array.from({ length: 20 }, (_, n) => `title ${n}`)
  await Promise.all(titles.map((jobTitle) => call({ method: 'PATCH', url: `/employees/${id}`, payload: { jobTitle } })))
  const versions = (await historyOf(id, { limit: '100' })).map(({ version }) => version)
  t.same(
    versions,
    Array.from({ length: 21 }, (_, n) => 21 - n),
  )
})

t.test('an employee who never existed has no history', async (t) => {
  const answer = await app.inject({ url: `/employees/${USER}/history`, headers: WRITER })
  t.match(answer.json(), { status: 404, code: 'employee_not_found' })
})

t.test('an employee from before migration 0002 has an empty history', async (t) => {
  const { id } = await create()
  await sql`alter table employee_history disable trigger employee_history_append_only`.execute(db)
  await db.deleteFrom('employee_history').where('employee_id', '=', id).execute()
  await sql`alter table employee_history enable trigger employee_history_append_only`.execute(db)
  t.same(await historyOf(id), [])
})

function changesOf(entry: Entry | undefined): Record<string, unknown> {
  const changes = (entry?.changes ?? []) as { field: string; from: string | null; to: string | null }[]
  return Object.fromEntries(changes.map(({ field, from, to }) => [field, [from, to]]))
}

t.end()
