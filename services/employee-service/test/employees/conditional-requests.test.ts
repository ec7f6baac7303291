import t from 'tap'
import { employeeApp, READER, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)

let count = 0
const someone = () => ({ firstName: 'Some', lastName: 'One', email: `someone-${++count}@example.com` })

/** An employee at version 2. */
async function create(): Promise<string> {
  const payload = someone()
  const created = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  const { id } = created.json()
  await patch(id, {}, '"1"')
  return id
}
const get = (id: string, ifNoneMatch: string) =>
  app.inject({ url: `/employees/${id}`, headers: { ...READER, 'if-none-match': ifNoneMatch } })
const patch = (id: string, payload: object, ifMatch?: string) =>
  app.inject({
    method: 'PATCH',
    url: `/employees/${id}`,
    headers: { ...WRITER, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    payload,
  })

t.test(
  'If-None-Match: what names the version there is answered with 304 and the tag, and without a body',
  async (t) => {
    const id = await create()
    for (const tags of ['"2"', 'W/"2"', '*', '"1", "2"', '"x,y" , W/"2"']) {
      const answer = await get(id, tags)
      t.match(answer, { statusCode: 304, body: '', headers: { etag: '"2"' } }, tags)
    }
  },
)

t.test('If-None-Match: anything else gets the employee', async (t) => {
  const id = await create()
  for (const tags of ['"1"', 'W/"1"', '"1", "3"', '"02"', '"2', '2', '""', 'nonsense "2']) {
    t.match(await get(id, tags), { statusCode: 200, headers: { etag: '"2"' } }, tags)
  }
})

t.test('If-Match: a write goes through when the version there is named, also in a list or as *', async (t) => {
  for (const tags of ['"2"', '*', ' * ', '"1", "2"', '"a,b","2"', 'W/"1", "2"']) {
    const id = await create()
    t.match(await patch(id, { jobTitle: 'x' }, tags), { statusCode: 200, headers: { etag: '"3"' } }, tags)
  }
})

t.test('If-Match: any other version is 412 and nothing is written; weak tags never match', async (t) => {
  const id = await create()
  for (const tags of ['"1"', '"3"', 'W/"2"', '"1", W/"2"', '"02"', '"99999999999"', '"9999999999"', '"abc"', '""']) {
    const answer = await patch(id, { jobTitle: 'x' }, tags)
    t.equal(answer.statusCode, 412, tags)
    t.equal(answer.json().code, 'version_conflict', tags)
  }
  t.match(await get(id, '"2"'), { statusCode: 304 })
})

t.test(
  'If-Match: a tag that a proxy has changed is 412, and the answer says who changed it and how to stop that',
  async (t) => {
    const id = await create()
    for (const [tags, isTold] of [
      ['W/"2"', true],
      ['"2-gzip"', true],
      ['"2--gzip"', true],
      ['"2;br"', true],
      ['"1", "2-zstd"', true],
      ['"1"', false],
      ['"abc-gzip"', false],
    ] as const) {
      const { statusCode, ...answer } = await patch(id, { jobTitle: 'x' }, tags)
      t.equal(statusCode, 412, tags)
      t.equal(answer.json().code, 'version_conflict', tags)
      t.equal(/proxy/.test(answer.json().detail), isTold, tags)
    }
  },
)

t.test('answers with a tag ask proxies to leave them alone', async (t) => {
  const id = await create()
  for (const answer of [await get(id, '"1"'), await get(id, '"2"'), await patch(id, {})]) {
    t.equal(answer.headers['cache-control'], 'no-store, no-transform')
  }
})

t.test('If-Match: what is not a list of entity tags is 400 and says where', async (t) => {
  const id = await create()
  for (const text of ['2', '"2', '"1" "2"', '"2 "', '2,', 'w/"2"', '"1", *', 'nonsense']) {
    const answer = await patch(id, { jobTitle: 'x' }, text)
    t.equal(answer.statusCode, 400, text)
    t.match(answer.json(), { code: 'invalid_request', errors: [{ path: 'headers/if-match' }] }, text)
  }
})

t.test('If-Match holds for PUT and DELETE as it does for PATCH', async (t) => {
  const id = await create()
  const request = (method: 'PUT' | 'DELETE', tag: string) =>
    app.inject({
      method,
      url: `/employees/${id}`,
      headers: { ...WRITER, 'if-match': tag },
      ...(method === 'PUT' && { payload: someone() }),
    })
  t.equal((await request('PUT', '"1"')).statusCode, 412)
  t.equal((await request('DELETE', '"1"')).statusCode, 412)
  t.equal((await request('PUT', '"2"')).statusCode, 200)
  t.equal((await request('DELETE', '"2"')).statusCode, 412)
  t.equal((await request('DELETE', '"3"')).statusCode, 204)
})

t.test('If-Match on an employee that is not there is 404', async (t) => {
  const answer = await patch('0190b5c4-8a3e-7c1d-9f00-1234567890ab', {}, '*')
  t.equal(answer.statusCode, 404)
})

t.test('a version conflict is reported before any other conflict', async (t) => {
  const id = await create()
  t.equal((await patch(id, { status: 'terminated' }, '"1"')).json().code, 'version_conflict')
  t.equal((await patch(id, { status: 'terminated' }, '"2"')).json().code, 'use_termination')
})

t.test('without If-Match the last write wins', async (t) => {
  const id = await create()
  const answers = await Promise.all(['a', 'b', 'c'].map((jobTitle) => patch(id, { jobTitle })))
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200],
  )
  t.same(answers.map((answer) => answer.json().version).sort(), [3, 4, 5])
})

t.test('of parallel writes for the same version exactly one wins, the others get 412', async (t) => {
  for (let round = 0; round < 10; round++) {
    const id = await create()
    const titles = Array.from({ length: 12 }, (_, index) => `title ${index}`)
    const answers = await Promise.all(titles.map((jobTitle) => patch(id, { jobTitle }, '"2"')))
    const won = answers.filter(({ statusCode }) => statusCode === 200)
    t.equal(won.length, 1)
    t.equal(answers.filter(({ statusCode }) => statusCode === 412).length, titles.length - 1)
    const now = await app.inject({ url: `/employees/${id}`, headers: READER })
    t.same(now.json(), won[0]?.json())
  }
})

t.end()
