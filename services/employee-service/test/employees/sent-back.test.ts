import { randomUUID } from 'node:crypto'
import t from 'tap'
import { employeeApp, LINKER, READER, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)

type Body = Record<string, unknown>
type Method = 'PUT' | 'PATCH'
const METHODS: Method[] = ['PUT', 'PATCH']

const send = (method: Method, { id }: Body, payload: Body, headers: Record<string, string> = {}) =>
  app.inject({ method, url: `/employees/${id}`, headers: { ...WRITER, ...headers }, payload })
const read = async ({ id }: Body): Promise<Body> =>
  (await app.inject({ url: `/employees/${id}`, headers: READER })).json()

/** What POST gave, with every member that may be empty filled in; never the first version. */
async function create(more: Body = {}): Promise<Body> {
  const [manager, employee] = [{}, { department: 'R', jobTitle: 'E', hiredOn: '2024-02-29', status: 'on_leave' }]
  const post = async (body: Body) => {
    const payload = { firstName: 'Some', lastName: 'One', email: `${randomUUID()}@example.com`, ...body }
    return (await app.inject({ method: 'POST', url: '/employees', headers: LINKER, payload })).json()
  }
  const { id: managerId } = await post(manager)
  const created = await post({ ...employee, managerId, userId: randomUUID(), ...more })
  return (await send('PATCH', created, { jobTitle: 'F' })).json()
}

for (const method of METHODS) {
  t.test(`${method} takes what POST and GET gave, and what it gave itself`, async (t) => {
    const posted = await create()
    const written = await send(method, posted, { ...posted, jobTitle: 'G' }, { 'if-match': `"${posted.version}"` })
    t.match(written, { statusCode: 200, headers: { etag: '"3"' } })
    t.match(written.json(), { ...posted, jobTitle: 'G', version: 3, updatedAt: String })
    for (const body of [written.json(), await read(posted)]) {
      const { version } = await read(posted)
      const answer = await send(method, posted, { ...body, version, updatedAt: (await read(posted)).updatedAt })
      t.equal(answer.statusCode, 200)
      const { version: _, updatedAt: _at, ...rest } = answer.json()
      t.match(body, rest)
    }
  })

  t.test(`${method} takes the members of a terminated employee, and other spellings of the same`, async (t) => {
    const { id } = await create()
    const { employee } = (
      await app.inject({ method: 'POST', url: `/employees/${id}/termination`, headers: WRITER, payload: {} })
    ).json()
    const createdAt = employee.createdAt.replace('Z', '+00:00')
    const answer = await send(method, { id }, { ...employee, id: employee.id.toUpperCase(), createdAt })
    t.match(answer.json(), { id, status: 'terminated', createdAt: employee.createdAt })
  })

  t.test(`${method} refuses each read-only member that differs, by name, and writes nothing`, async (t) => {
    const present = await create()
    const later = new Date(Date.parse(String(present.updatedAt)) + 1).toISOString()
    const changed = { id: randomUUID(), version: 3, createdAt: later, updatedAt: '2020-01-01T00:00:00Z' }
    for (const [member, value] of Object.entries(changed)) {
      const answer = await send(method, present, { ...present, jobTitle: 'G', [member]: value })
      t.match(answer.json(), { status: 400, code: 'invalid_request', errors: [{ path: `/${member}` }] }, member)
    }
    const all = (await send(method, present, { ...present, ...changed })).json()
    t.same(
      all.errors.map(({ path }: { path: string }) => path),
      ['/id', '/version', '/createdAt', '/updatedAt'],
    )
    for (const body of [{ id: 'me' }, { version: '2' }, { version: null }, { createdAt: 'today' }, { updatedAt: 1 }]) {
      const [member] = Object.keys(body)
      const answer = await send(method, present, { ...present, ...body })
      t.match(answer.json(), { status: 400, errors: [{ path: `/${member}` }] }, JSON.stringify(body))
    }
    t.same(await read(present), present)
  })

  t.test(`${method} answers 412 to an earlier version in the body, with If-Match and without`, async (t) => {
    const stale = await create()
    const present: Body = (await send('PATCH', stale, { department: 'S' })).json()
    for (const headers of [{}, { 'if-match': '*' }, { 'if-match': `"${present.version}"` }]) {
      const answer = await send(method, stale, { ...stale, jobTitle: 'G' }, headers)
      t.match(answer.json(), { status: 412, code: 'version_conflict', detail: /`version` in the body/ })
    }
    const answer = await send(method, stale, { ...stale, id: randomUUID() }, { 'if-match': `"${stale.version}"` })
    t.match(answer.json(), { status: 412, detail: /If-Match/ })
    t.same(await read(present), present)
  })
}

t.test('of two who send back the same version at once one writes, and the other is told', async (t) => {
  const present = await create()
  const answers = await Promise.all(
    ['G', 'H', 'I', 'J'].map((jobTitle) => send('PUT', present, { ...present, jobTitle })),
  )
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 412, 412, 412])
})

t.test(
  'POST takes no member that the service sets, and an unknown employee is 404 whatever the body says',
  async (t) => {
    const present = await create()
    const answer = await app.inject({ method: 'POST', url: '/employees', headers: LINKER, payload: present })
    t.equal(answer.statusCode, 400)
    t.match((await send('PUT', { id: randomUUID() }, present)).json(), { status: 404, code: 'employee_not_found' })
  },
)

t.end()
