import t from 'tap'
import { employeeApp, READER, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)

const list = (query: Record<string, string>) => app.inject({ url: '/employees', headers: READER, query })
async function create(payload: object): Promise<string> {
  const answer = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  return answer.json().id
}
const idsOf = async (query: Record<string, string>): Promise<string[]> =>
  (await list(query)).json().items.map(({ id }: { id: string }) => id)

const boss = await create({
  firstName: 'Grace',
  lastName: 'Hopper',
  email: 'grace@example.com',
  jobTitle: '100% Admiral',
})
const ada = await create({
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada_l@example.com',
  department: 'Engines',
  managerId: boss,
  hiredOn: '2024-01-31',
})
const asa = await create({
  firstName: 'Åsa',
  lastName: 'ångström',
  email: 'asa@example.org',
  department: 'engines',
  jobTitle: 'Back\\slash keeper',
  status: 'on_leave',
  hiredOn: '2023-05-01',
})
const zoe = await create({
  firstName: 'Zoë',
  lastName: 'Zuse',
  email: 'zoe@example.com',
  department: 'Engines',
  managerId: boss,
})

t.test('by default the list is sorted by last name, as people sort names', async (t) => {
  t.same(await idsOf({}), [asa, boss, ada, zoe])
  t.same(await idsOf({ sort: '-lastName' }), [zoe, ada, boss, asa])
})

t.test('those without a date of hiring come last, whichever way', async (t) => {
  t.same((await idsOf({ sort: 'hiredOn' })).slice(0, 2), [asa, ada])
  t.same((await idsOf({ sort: '-hiredOn' })).slice(0, 2), [ada, asa])
})

t.test('by time of creation the list is in the order in which employees were added', async (t) => {
  t.same(await idsOf({ sort: 'createdAt' }), [boss, ada, asa, zoe])
  t.same(await idsOf({ sort: '-createdAt' }), [zoe, asa, ada, boss])
})

t.test('a search finds a part of the full name, the e-mail or the job title, in any case', async (t) => {
  const finds: Record<string, string[]> = {
    'ada love': [ada],
    ÅNG: [asa],
    'ZOË Z': [zoe],
    'EXAMPLE.ORG': [asa],
    admiral: [boss],
    ace: [boss, ada],
    nobody: [],
  }
  for (const [query, found] of Object.entries(finds)) t.same(await idsOf({ query }), found, query)
})

t.test('a search treats wildcards as plain characters', async (t) => {
  const finds: Record<string, string[]> = {
    '%': [boss],
    '0% a': [boss],
    _: [ada],
    a_l: [ada],
    '\\': [asa],
    'k\\s': [asa],
    '%_': [],
  }
  for (const [query, found] of Object.entries(finds)) t.same(await idsOf({ query }), found, query)
})

t.test('an empty search is no search', async (t) => {
  t.equal((await idsOf({ query: '' })).length, 4)
})

t.test('filters narrow the list, together more than alone', async (t) => {
  t.same(await idsOf({ department: 'Engines' }), [ada, zoe])
  t.same(await idsOf({ status: 'on_leave' }), [asa])
  t.same(await idsOf({ managerId: boss.toUpperCase() }), [ada, zoe])
  t.same(await idsOf({ managerId: boss, department: 'Engines', status: 'active', query: 'zuse' }), [zoe])
  t.same(await idsOf({ managerId: zoe }), [])
})

t.test('pages have the size that was asked for, and the last one has no cursor', async (t) => {
  const first = (await list({ limit: '2', department: 'Engines' })).json()
  t.equal(first.items.length, 2)
  t.equal(first.nextCursor, null, 'exactly full is not a reason for another page')
  const short = (await list({ limit: '3' })).json()
  t.type(short.nextCursor, 'string')
  const rest = (await list({ limit: '3', cursor: short.nextCursor })).json()
  t.same(
    rest.items.map(({ id }: { id: string }) => id),
    [zoe],
  )
  t.equal(rest.nextCursor, null)
})

t.test('a cursor keeps its position when its employee is deleted', async (t) => {
  const gone = await create({ firstName: 'M', lastName: 'Mmm', email: 'mmm@example.com' })
  const page = (await list({ limit: '4' })).json()
  t.equal(page.items[3].id, gone)
  await app.inject({ method: 'DELETE', url: `/employees/${gone}`, headers: WRITER })
  t.same(await idsOf({ limit: '4', cursor: page.nextCursor }), [zoe])
})

t.test('the longest name still makes a cursor that is taken back', async (t) => {
  const longest = { firstName: 'L', lastName: '\u{10ffff}'.repeat(200), email: 'longest@example.com' }
  const id = await create(longest)
  const before = (await list({ limit: '1', sort: '-lastName' })).json()
  t.equal(before.items[0].id, id)
  t.same(await idsOf({ limit: '1', sort: '-lastName', cursor: before.nextCursor }), [zoe])
  await app.inject({ method: 'DELETE', url: `/employees/${id}`, headers: WRITER })
})

t.test('a cursor of another order, or of no employee, is refused at query/cursor', async (t) => {
  const { nextCursor } = (await list({ limit: '1', sort: 'hiredOn' })).json()
  for (const query of [
    { cursor: nextCursor },
    { cursor: nextCursor, sort: '-hiredOn' },
    { cursor: `${nextCursor}A`, sort: 'hiredOn' },
    { cursor: nextCursor.slice(1), sort: 'hiredOn' },
    { cursor: 'eyJ9' },
    { cursor: '=' },
  ]) {
    const answer = await list(query)
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), { code: 'invalid_request', errors: [{ path: 'query/cursor' }] })
  }
})

t.end()
