import type { InjectOptions } from 'fastify'
import t from 'tap'
import { employeeApp, WRITER } from '../employee-app.ts'

const { app } = await employeeApp(t)

const good = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
const created = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload: good })
const { id } = created.json()

const json = { ...WRITER, 'content-type': 'application/json' }
const post = (payload: unknown): InjectOptions => ({
  method: 'POST',
  url: '/employees',
  headers: json,
  payload: text(payload),
})
const put = (payload: unknown): InjectOptions => ({ ...post(payload), method: 'PUT', url: `/employees/${id}` })
const patch = (payload: unknown): InjectOptions => ({ ...put(payload), method: 'PATCH' })
const list = (query: string): InjectOptions => ({ url: `/employees?${query}`, headers: WRITER })
const one = (id: string): InjectOptions => ({ url: `/employees/${id}`, headers: WRITER })
const text = (payload: unknown) => (typeof payload === 'string' ? payload : JSON.stringify(payload))

/** What is wrong, the call, and the paths that the answer has to name (none: the body could not be read at all). */
const cases: [what: string, call: InjectOptions, paths: string[]][] = [
  ['nothing of what is required', post({}), ['/firstName', '/lastName', '/email']],
  ['several faults at once', post({ ...good, email: 'x', department: 7, x: 1 }), ['/x', '/email', '/department']],
  ['a body that is a list', post([good]), ['']],
  ['a body that is null', post('null'), ['']],
  ['a body that is a text', post('"Grace"'), ['']],
  ['no body', post(''), []],
  ['half a body', post('{"firstName":'), []],
  ['a byte order mark', post(`\ufeff${JSON.stringify(good)}`), []],
  ['a __proto__ member', post(`{"__proto__":{"status":"x"},${JSON.stringify(good).slice(1)}`), []],
  ['an escaped __proto__ member', post(`{"\\u005f_proto__":{},${JSON.stringify(good).slice(1)}`), []],
  ['an unknown member', post({ ...good, salary: 1 }), ['/salary']],
  [
    'a member that is ours to set',
    post({ ...good, id, version: 1, createdAt: 'x' }),
    ['/id', '/version', '/createdAt'],
  ],
  ['a number for a name', post({ ...good, firstName: 7 }), ['/firstName']],
  ['a list for a name', post({ ...good, firstName: ['Grace'] }), ['/firstName']],
  ['null for a name', post({ ...good, lastName: null }), ['/lastName']],
  ['an empty name', post({ ...good, firstName: '' }), ['/firstName']],
  ['a blank name', post({ ...good, firstName: ' \u00a0\u3000' }), ['/firstName']],
  ['a name that is too long', post({ ...good, firstName: 'a'.repeat(201) }), ['/firstName']],
  ['a NUL in a name', post({ ...good, firstName: 'a\0b' }), ['/firstName']],
  ['a line break in a name', post({ ...good, lastName: 'a\nb' }), ['/lastName']],
  ['a C1 control character in a title', post({ ...good, jobTitle: 'a\u0085b' }), ['/jobTitle']],
  ['a lone surrogate in a name', post(JSON.stringify(good).replace('Grace', '\\ud800')), ['/firstName']],
  ['an empty department', post({ ...good, department: '' }), ['/department']],
  ['true for a department', post({ ...good, department: true }), ['/department']],
  ['a title that is too long', post({ ...good, jobTitle: 'a'.repeat(201) }), ['/jobTitle']],
  ['an e-mail without a domain', post({ ...good, email: 'grace' }), ['/email']],
  ['an e-mail with a space', post({ ...good, email: 'grace @example.com' }), ['/email']],
  [
    'an e-mail that is too long',
    post({ ...good, email: `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(130)}.com` }),
    ['/email'],
  ],
  ['a day that never was', post({ ...good, hiredOn: '2023-02-29' }), ['/hiredOn']],
  ['a day of the year 0', post({ ...good, hiredOn: '0000-01-01' }), ['/hiredOn']],
  ['a day with a time', post({ ...good, hiredOn: '2024-01-01T00:00:00Z' }), ['/hiredOn']],
  ['a day of another form', post({ ...good, hiredOn: '1.1.2024' }), ['/hiredOn']],
  ['no day at all', post({ ...good, hiredOn: 'infinity' }), ['/hiredOn']],
  ['a number for a day', post({ ...good, hiredOn: 20240101 }), ['/hiredOn']],
  ['a status that is none', post({ ...good, status: 'fired' }), ['/status']],
  ['null for a status', post({ ...good, status: null }), ['/status']],
  ['a manager that is no id', post({ ...good, managerId: '1' }), ['/managerId']],
  ['a manager as a URN', post({ ...good, managerId: `urn:uuid:${id}` }), ['/managerId']],
  ['an account that is no id', post({ ...good, userId: 'grace' }), ['/userId']],
  ['PUT without what is required', put({ department: 'x' }), ['/firstName', '/lastName', '/email']],
  ['PATCH that empties what is required', patch({ firstName: null, email: null }), ['/firstName', '/email']],
  ['PATCH of an unknown member', patch({ version: 9 }), ['/version']],
  ['PATCH with a list of operations', patch([{ op: 'remove', path: '/x' }]), ['']],
  ['an id that is none', one('1'), ['params/id']],
  ['an id as a URN', one(`urn:uuid:${id}`), ['params/id']],
  ['an id with a NUL', one('a%00b'), ['params/id']],
  ['a query where none is known', { ...one(id), query: { fields: 'id' } }, ['query/fields']],
  ['an unknown query member', list('page=2'), ['query/page']],
  ['limit 0', list('limit=0'), ['query/limit']],
  ['limit 101', list('limit=101'), ['query/limit']],
  ['limit that is no number', list('limit=ten'), ['query/limit']],
  ['limit that is no whole number', list('limit=1.5'), ['query/limit']],
  ['limit without a value', list('limit='), ['query/limit']],
  ['limit twice', list('limit=1&limit=2'), ['query/limit']],
  ['a sort that is none', list('sort=email'), ['query/sort']],
  ['a sort in another case', list('sort=lastname'), ['query/sort']],
  ['a status to filter by that is none', list('status=all'), ['query/status']],
  ['a manager to filter by that is no id', list('managerId=me'), ['query/managerId']],
  ['a search that is too long', list(`query=${'a'.repeat(201)}`), ['query/query']],
  ['a NUL to search for', list('query=a%00b'), ['query/query']],
  ['a search twice', list('query=a&query=b'), ['query/query']],
  ['a department that is blank', list('department=%20'), ['query/department']],
  ['a cursor that is none', list('cursor=abc'), ['query/cursor']],
  ['a cursor that is empty', list('cursor='), ['query/cursor']],
  ['several faults in a query', list('limit=0&sort=x&x=1'), ['query/x', 'query/limit', 'query/sort']],
]

for (const [what, call, paths] of cases) {
  t.test(`${what} is 400 and says where`, async (t) => {
    const answer = await app.inject(call)
    t.equal(answer.statusCode, 400)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    const { code, errors = [], requestId } = answer.json()
    t.equal(code, 'invalid_request')
    t.equal(requestId, answer.headers['x-request-id'])
    t.same(errors.map(({ path }: { path: string }) => path).sort(), [...paths].sort())
    for (const { message } of errors) t.match(message, /^[a-z]/)
  })
}

t.test('a body of the wrong media type is 415, one that is too large 413', async (t) => {
  const payload = JSON.stringify(good)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', undefined]) {
    const headers = { ...WRITER, ...(type && { 'content-type': type }) }
    const answer = await app.inject({ method: 'POST', url: '/employees', headers, payload })
    t.match(answer.json(), { status: 415, code: 'unsupported_media_type' }, type ?? 'none')
  }
  const large = await app.inject(post({ ...good, jobTitle: 'a'.repeat(70_000) }))
  t.match(large.json(), { status: 413, code: 'payload_too_large' })
})

t.test('none of all that was written', async (t) => {
  const { items } = (await app.inject(list('limit=100'))).json()
  t.same(items, [created.json()])
})

t.end()
