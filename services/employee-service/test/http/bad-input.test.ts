import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { employeeApp, userWith, WRITER } from '../support/employee-app.ts'

const { app, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)

const good = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
const created = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload: good })
const { id } = created.json()
const STRANGER = '0190b5c4-8a3e-7c1d-9f00-1234567890ab'

const headers = { ...WRITER, ...userWith('u1', 'profile', 'employees:read', 'employees:write', 'users:invite') }
const json = { ...headers, 'content-type': 'application/json' }
const text = (payload: unknown) =>
  typeof payload === 'string' || payload instanceof Buffer ? payload : JSON.stringify(payload)
const post = (payload: unknown, more: object = {}): InjectOptions => ({
  method: 'POST',
  url: '/employees',
  headers: { ...json, ...more },
  payload: text(payload),
})
const put = (payload: unknown, more: object = {}): InjectOptions => ({
  ...post(payload, more),
  method: 'PUT',
  url: `/employees/${id}`,
})
const patch = (payload: unknown, more: object = {}): InjectOptions => ({ ...put(payload, more), method: 'PATCH' })
const remove = (id: string, more: object = {}): InjectOptions => ({
  method: 'DELETE',
  url: `/employees/${id}`,
  headers: { ...headers, ...more },
})
const list = (query: string): InjectOptions => ({ url: `/employees?${query}`, headers })
const one = (id: string): InjectOptions => ({ url: `/employees/${id}`, headers })
const history = (query: string, of = id): InjectOptions => ({ url: `/employees/${of}/history?${query}`, headers })
const terminate = (payload: unknown, of = id) => ({ ...post(payload), url: `/employees/${of}/termination` })
const key = (key: string) => post(good, { 'idempotency-key': key })
const raw = (member: string) => post(`{${member},${JSON.stringify(good).slice(1)}`)

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

  [
    'a fault in every member',
    post({
      firstName: '',
      lastName: 1,
      email: 'x',
      department: [],
      jobTitle: 'a\0',
      managerId: 'x',
      hiredOn: 'x',
      status: 'x',
      userId: 'x',
      extra: 1,
    }),
    [
      '/firstName',
      '/lastName',
      '/email',
      '/department',
      '/jobTitle',
      '/managerId',
      '/hiredOn',
      '/status',
      '/userId',
      '/extra',
    ],
  ],
  ['a constructor.prototype member', raw('"constructor":{"prototype":{"status":"x"}}'), []],
  ['a constructor member', raw('"constructor":{}'), ['/constructor']],
  ['a toString member', raw('"toString":1'), ['/toString']],
  ['a member without a name', raw('"":1'), ['/']],
  ['a member with a slash and a tilde in its name', raw('"a/b~c":1'), ['/a~1b~0c']],
  ['a __proto__ in a patch', patch('{"__proto__":{"firstName":"x"}}'), []],
  ['a body that is a number', post('7'), ['']],
  ['a body that is true', patch('true'), ['']],
  ['a trailing comma', post('{"firstName":"Grace",}'), []],
  ['quotes of the wrong kind', post("{'firstName':'Grace'}"), []],
  ['NaN', post('{"firstName":NaN}'), []],
  ['two bodies', post(`${JSON.stringify(good)}${JSON.stringify(good)}`), []],
  ['bytes that are no UTF-8', post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), []],
  ['a body in UTF-16', post(Buffer.from(JSON.stringify(good), 'utf16le')), []],
  ['deep nesting', post({ ...good, jobTitle: JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`) }), ['/jobTitle']],
  ['an object for a name', put({ ...good, firstName: { toString: 'x' } }), ['/firstName']],
  ['true for a name in a patch', patch({ lastName: true }), ['/lastName']],
  ['a DEL in a name', patch({ firstName: 'a\u007fb' }), ['/firstName']],
  ['a line separator in a name', patch({ lastName: 'a\u2028b' }), ['/lastName']],
  ['a paragraph separator in a department', patch({ department: 'a\u2029b' }), ['/department']],
  ['an escape sequence in a title', patch({ jobTitle: '\u001b[31mred' }), ['/jobTitle']],
  ['half an emoji in a title', patch('{"jobTitle":"\\udc00"}'), ['/jobTitle']],
  ['two halves in the wrong order', patch('{"jobTitle":"\\udc00\\ud800"}'), ['/jobTitle']],
  ['a blank title', put({ ...good, jobTitle: ' \t' }), ['/jobTitle']],
  ['201 characters of four bytes', patch({ firstName: '\u{1F600}'.repeat(201) }), ['/firstName']],
  ['an e-mail with a line break behind', patch({ email: 'grace@example.com\n' }), ['/email']],
  ['an e-mail with two at signs', patch({ email: 'a@b@example.com' }), ['/email']],
  ['an e-mail with two dots', patch({ email: 'a..b@example.com' }), ['/email']],
  ['an e-mail of a bare host', patch({ email: 'a@localhost' }), ['/email']],
  ['an e-mail with a name', patch({ email: 'Grace <grace@example.com>' }), ['/email']],
  ['an e-mail that is a list', patch({ email: ['grace@example.com'] }), ['/email']],
  ['a local part that is too long', patch({ email: `${'a'.repeat(65)}@example.com` }), ['/email']],
  ['the 30th of February', put({ ...good, hiredOn: '2024-02-30' }), ['/hiredOn']],
  ['the month 0', patch({ hiredOn: '2024-00-10' }), ['/hiredOn']],
  ['a year of five digits', patch({ hiredOn: '12024-01-01' }), ['/hiredOn']],
  ['a day before Christ', patch({ hiredOn: '-0001-01-01' }), ['/hiredOn']],
  ['a day with a space', patch({ hiredOn: ' 2024-01-01' }), ['/hiredOn']],
  ['a day in other digits', patch({ hiredOn: '２０２４-01-01' }), ['/hiredOn']],
  ['an empty day', patch({ hiredOn: '' }), ['/hiredOn']],
  ['a status in capitals', patch({ status: 'Active' }), ['/status']],
  ['an unknown manager', patch({ managerId: STRANGER }), ['/managerId']],
  [
    'a new employee under an unknown manager',
    post({ ...good, email: 'x@example.com', managerId: STRANGER }),
    ['/managerId'],
  ],
  ['oneself as manager', put({ ...good, managerId: id }), ['/managerId']],
  ['a manager in braces', patch({ managerId: `{${id}}` }), ['/managerId']],
  ['an empty account', patch({ userId: '' }), ['/userId']],
  ['an account that is a number', patch({ userId: 7 }), ['/userId']],
  ['an id of __proto__', one('__proto__'), ['params/id']],
  ['an id without its hyphens', one(id.replaceAll('-', '')), ['params/id']],
  ['an id with something behind', one(`${id}%0a`), ['params/id']],
  ['an id that is SQL', remove("1'%20or%20'1'='1"), ['params/id']],
  ['a bad id and a bad member of the query', { ...history('x=1', '1') }, ['params/id', 'query/x']],
  [
    'a fault in every part of the request',
    { ...put({ firstName: 7, lastName: 'a\0' }), url: '/employees/1', query: { force: 'true' } },
    ['params/id', '/firstName', '/lastName', '/email', 'query/force'],
  ],
  ['PUT at a bad id', { ...put(good), url: '/employees/1' }, ['params/id']],
  ['PATCH at a bad id', { ...patch({}), url: '/employees/1' }, ['params/id']],
  ['PUT with a query', { ...put(good), query: { force: 'true' } }, ['query/force']],
  ['DELETE with a query', { ...remove(id), query: { force: 'true' } }, ['query/force']],
  ['POST with a query', { ...post({ ...good, email: 'x@example.com' }), query: { id } }, ['query/id']],
  ['the own record with a query', { url: '/employees/me', headers, query: { id } }, ['query/id']],
  ['a __proto__ in a query', list('__proto__=1'), ['query/__proto__']],
  ['a constructor in a query', list('constructor=1'), ['query/constructor']],
  ['brackets in a query', list('status[]=active'), ['query/status[]']],
  ['limit in a list', list('limit[]=1'), ['query/limit[]']],
  ['limit -1', list('limit=-1'), ['query/limit']],
  ['a limit without end', list('limit=Infinity'), ['query/limit']],
  ['a limit of 1e400', list('limit=1e400'), ['query/limit']],
  ['a limit below all', list('limit=-Infinity'), ['query/limit']],
  ['a limit that is no number at all', list('limit=NaN'), ['query/limit']],
  ['a limit beyond all numbers', list('limit=9007199254740993'), ['query/limit']],
  ['a sort by nothing', list('sort='), ['query/sort']],
  ['a sort both ways', list('sort=--lastName'), ['query/sort']],
  ['two sorts', list('sort=lastName&sort=hiredOn'), ['query/sort']],
  ['two departments', list('department=a&department=b'), ['query/department']],
  ['two statuses', list('status=active&status=on_leave'), ['query/status']],
  ['two managers', list(`managerId=${id}&managerId=${id}`), ['query/managerId']],
  ['two cursors', list('cursor=a&cursor=b'), ['query/cursor']],
  ['a control character to search for', list('query=a%0ab'), ['query/query']],
  ['a department with a NUL', list('department=%00'), ['query/department']],
  ['a cursor with other characters', list('cursor=%2B%2F%3D'), ['query/cursor']],
  ['a cursor of the history', list(`cursor=${Buffer.from('1').toString('base64url')}`), ['query/cursor']],
  ['a cursor that is too long', list(`cursor=${'a'.repeat(3000)}`), ['query/cursor']],
  ['a history of no id', history('', 'me'), ['params/id']],
  ['a history with limit 0', history('limit=0'), ['query/limit']],
  ['a history with limit 101', history('limit=101'), ['query/limit']],
  ['a history with a cursor that is none', history('cursor=abc'), ['query/cursor']],
  ['a history with a cursor beyond all numbers', history(`cursor=${cursorOf('9'.repeat(30))}`), ['query/cursor']],
  ['a history with a negative cursor', history(`cursor=${cursorOf('-1')}`), ['query/cursor']],
  ['a history with a sort', history('sort=at'), ['query/sort']],
  ['If-Match without quotes at PUT', put(good, { 'if-match': '1' }), ['headers/if-match']],
  ['If-Match with half a tag at PATCH', patch({}, { 'if-match': '"1' }), ['headers/if-match']],
  ['If-Match with a star among tags at DELETE', remove(id, { 'if-match': '"1", *' }), ['headers/if-match']],
  ['an empty If-Match', patch({}, { 'if-match': '' }), ['headers/if-match']],
  ['a termination with an unknown member', terminate({ on: '2024-01-01' }), ['/on']],
  ['a termination for no reason but a number', terminate({ reason: 7 }), ['/reason']],
  ['a termination with a NUL in its reason', terminate({ reason: 'a\0b' }), ['/reason']],
  ['a termination in a list', terminate([]), ['']],
  ['a termination cut off', terminate('{"reason":'), []],
  ['a termination at a bad id', terminate({}, 'me'), ['params/id']],
  ['an offboarding at a bad id', one('1/offboarding'), ['params/id']],
  ['an offboarding with a query', one(`${id}/offboarding?x=1`), ['query/x']],
  ['an invitation with a member', { ...post({ roles: ['admin'] }), url: `/employees/${id}/invitation` }, ['/roles']],
  ['an invitation at a bad id', { ...post({}), url: '/employees/1/invitation' }, ['params/id']],
  ['a retry at a bad id', { method: 'POST', url: '/employees/1/offboarding/retry', headers }, ['params/id']],
  ['an empty Idempotency-Key', key(''), ['headers/idempotency-key']],
  ['an Idempotency-Key with a space', key('a b'), ['headers/idempotency-key']],
  ['an Idempotency-Key with half its quotes', key('"a'), ['headers/idempotency-key']],
  ['two Idempotency-Keys', key('a, b'), ['headers/idempotency-key']],
  ['an Idempotency-Key that is too long', key('a'.repeat(256)), ['headers/idempotency-key']],
]

function cursorOf(text: string): string {
  return Buffer.from(text).toString('base64url')
}

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

const type = (contentType: string) => ({ 'content-type': contentType })

/** What is refused for another reason than its contents. */
const others: [what: string, call: InjectOptions, status: number, code: string][] = [
  ['plain text', post(good, type('text/plain')), 415, 'unsupported_media_type'],
  ['a form', post('firstName=Grace', type('application/x-www-form-urlencoded')), 415, 'unsupported_media_type'],
  ['nearly JSON', post(good, type('application/jsonx')), 415, 'unsupported_media_type'],
  ['JSON and something', put(good, type('application/json x')), 415, 'unsupported_media_type'],
  ['JSON in UTF-16', put(good, type('application/json; charset=utf-16')), 415, 'unsupported_media_type'],
  ['a merge patch to POST', post(good, type('application/merge-patch+json')), 415, 'unsupported_media_type'],
  ['a JSON Patch', patch([], type('application/json-patch+json')), 415, 'unsupported_media_type'],
  [
    'a termination as a form',
    { ...post('reason=x', type('application/x-www-form-urlencoded')), url: `/employees/${id}/termination` },
    415,
    'unsupported_media_type',
  ],
  ['CSV', put('firstName,lastName', type('text/csv')), 415, 'unsupported_media_type'],
  [
    'no media type',
    { method: 'POST', url: '/employees', headers, payload: Buffer.from(JSON.stringify(good)) },
    415,
    'unsupported_media_type',
  ],
  ['a body that is too large', post({ ...good, jobTitle: 'a'.repeat(70_000) }), 413, 'payload_too_large'],
  ['a patch that is too large', patch({ jobTitle: 'a'.repeat(70_000) }), 413, 'payload_too_large'],
  ['an id that is too long', one('a'.repeat(300)), 414, 'uri_too_long'],
  ['an address that is no UTF-8', one('%ff'), 400, 'invalid_request'],
  ['an address with half an escape', one('%4'), 400, 'invalid_request'],
  ['an address that is not there', one(`${id}/salary`), 404, 'not_found'],
]

for (const [what, call, status, code] of others) {
  t.test(`${what} is ${status} ${code}`, async (t) => {
    const answer = await app.inject(call)
    t.equal(answer.statusCode, status)
    t.match(answer.json(), { status, code })
  })
}

t.test('none of all that was written, and nothing was polluted by it', async (t) => {
  const { items } = (await app.inject(list('limit=100'))).json()
  t.same(items, [created.json()])
  t.equal((await db.selectFrom('employees').select('id').execute()).length, 1)
  t.equal((await db.selectFrom('employee_history').select('id').execute()).length, 1)
  t.equal((await db.selectFrom('idempotency_keys').select('key').execute()).length, 0)
  t.equal((await db.selectFrom('offboardings').selectAll().execute()).length, 0)
  t.same(Object.keys(Object.prototype), [])
})

t.end()
