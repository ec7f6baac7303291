import type { InputFault } from '@latchkey/problems'
import t from 'tap'
import { type TSchema, Type } from 'typebox'
import { AnyText, Body, CalendarDate, Email, Instant, List, Params, page, Query, Text, Uuid } from '../src/index.ts'
import { assertProblem, openApp } from './fixtures/open-app.ts'

const fields: Record<string, TSchema> = {
  text: Text(10),
  optionalText: Text(10, { minLength: 0 }),
  anyText: AnyText(10),
  email: Email(),
  uuid: Uuid(),
  date: CalendarDate(),
  instant: Instant(),
  whole: Type.Integer({ minimum: 1 }),
  flag: Type.Boolean(),
  list: Type.Array(Type.String(), { maxItems: 2 }),
  role: Type.Union([Type.Literal('user'), Type.Literal('admin')]),
}

const { app } = await openApp(t, (app) => {
  for (const [name, schema] of Object.entries(fields)) {
    app.post(`/${name}`, { schema: { body: Body({ value: schema }) } }, async () => ({ fine: true }))
  }
  app.post(
    '/several',
    { schema: { body: Body({ a: Type.String(), b: Type.Integer(), c: Type.Boolean({ default: true }) }) } },
    async ({ body }) => body,
  )
  app.get(
    '/things/:id',
    {
      schema: {
        params: Params({ id: Type.Integer() }),
        querystring: Query({ ...page, on: Type.Optional(Type.Boolean()), text: Type.Optional(Text()) }),
      },
    },
    async ({ params, query }) => ({ params, query }),
  )
  app.get('/list', { schema: { response: { 200: List(Type.String()) } } }, async () => ({
    items: ['a'],
    nextCursor: null,
  }))
})

async function faultsOf(field: string, value: unknown): Promise<InputFault[]> {
  const response = await app.inject({ method: 'POST', url: `/${field}`, payload: { value } })
  return response.statusCode === 200 ? [] : response.json().errors
}

/** In ASCII: line separators in a title would break the report. */
function shown(value: unknown): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value)
    .slice(0, 60)
    .replace(/[^ -~]/g, escaped)
}

const accepted: [field: string, value: unknown][] = [
  ['text', 'Zoë'],
  ['text', ' a b '],
  ['text', '😀😀😀😀😀😀😀😀😀😀'],
  ['text', 'نامه\u200cای'],
  ['text', 'क्\u200dष'],
  ['text', '葛\u{e0100}城'],
  ['text', '❤\ufe0f\u200d🔥'],
  ['text', 'שָׁלוֹם'],
  ['optionalText', ''],
  ['anyText', 'a\n\tb'],
  ['email', 'a@example.com'],
  ['email', "o'brien+tag@mail.example.co.uk"],
  ['email', `${'a'.repeat(64)}@example.com`],
  ['uuid', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ['date', '2024-02-29'],
  ['instant', '2024-02-29T12:00:00.5+02:00'],
  ['role', 'admin'],
]

for (const [field, value] of accepted) {
  t.test(`${field} takes ${shown(value)}`, async (t) => {
    t.same(await faultsOf(field, value), [])
  })
}

const NO_CONTROLS = /one line of text without control or invisible characters/
const refused: [field: string, value: unknown, message: RegExp | string][] = [
  ['text', '', /not blank|must not be empty/],
  ['text', '   ', /not blank/],
  ['text', '\u00a0\u3000', /not blank/],
  ['text', 'a\nb', NO_CONTROLS],
  ['text', 'a\u0000b', NO_CONTROLS],
  ['text', 'a\u001bb', NO_CONTROLS],
  ['text', 'a\u0085b', NO_CONTROLS],
  ['text', 'a\u2028b', NO_CONTROLS],
  ['text', 'a\ud800b', NO_CONTROLS],
  ['text', '\udc00', NO_CONTROLS],
  ['text', 'a\u202eb', NO_CONTROLS],
  ['text', 'a\u2066b\u2069', NO_CONTROLS],
  ['text', '\u200ea', NO_CONTROLS],
  ['text', 'a\u061c', NO_CONTROLS],
  ['text', 'a\u200bb', NO_CONTROLS],
  ['text', 'a\u00adb', NO_CONTROLS],
  ['text', '\ufeffa', NO_CONTROLS],
  ['text', '\u3164', NO_CONTROLS],
  ['text', 'a\u034f', NO_CONTROLS],
  ['text', 'a\u2800', NO_CONTROLS],
  ['text', 'a\u{e0041}', NO_CONTROLS],
  ['text', '\u200da', NO_CONTROLS],
  ['text', 'a\u200d', NO_CONTROLS],
  ['text', 'a\u200c\u200db', NO_CONTROLS],
  ['text', 'a \u200cb', NO_CONTROLS],
  ['text', 'a\ufe00\ufe01', NO_CONTROLS],
  ['optionalText', '\u200b', NO_CONTROLS],
  ['text', 'a'.repeat(11), 'must have at most 10 characters'],
  ['text', 12345678, 'must be a string'],
  ['text', null, 'must be a string'],
  ['text', ['a'], 'must be a string'],
  ['text', { a: 1 }, 'must be a string'],
  ['text', true, 'must be a string'],
  ['anyText', 'a\u0000', /without NUL/],
  ['anyText', '\ud83d', /without NUL/],
  ['email', 'a', 'must be an e-mail address'],
  ['email', 'a@localhost', 'must be an e-mail address'],
  ['email', 'a@-x.com', 'must be an e-mail address'],
  ['email', 'a@x..com', 'must be an e-mail address'],
  ['email', 'a b@example.com', 'must be an e-mail address'],
  ['email', 'a\n@example.com', 'must be an e-mail address'],
  ['email', 'a@example.com\u0000', 'must be an e-mail address'],
  ['email', '<a@example.com>', 'must be an e-mail address'],
  ['email', `${'a'.repeat(65)}@example.com`, 'must be an e-mail address'],
  ['email', `a@${'x.'.repeat(130)}com`, /must be an e-mail address|254/],
  ['uuid', 'urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057', 'must be a UUID'],
  ['uuid', 'x', 'must be a UUID'],
  ['date', '2023-02-29', 'must be a date like 2024-02-29'],
  ['date', '2024-04-31', 'must be a date like 2024-02-29'],
  ['date', '0000-01-01', 'must be a date like 2024-02-29'],
  ['date', '2024-1-1', 'must be a date like 2024-02-29'],
  ['instant', '2016-12-31T23:59:60Z', 'must be a time like 2024-02-29T12:00:00Z'],
  ['instant', '2024-02-30T12:00:00Z', 'must be a time like 2024-02-29T12:00:00Z'],
  ['instant', '2024-02-29T25:00:00Z', 'must be a time like 2024-02-29T12:00:00Z'],
  ['instant', '2024-02-29T12:00:00', 'must be a time like 2024-02-29T12:00:00Z'],
  ['instant', '2024-02-29', 'must be a time like 2024-02-29T12:00:00Z'],
  ['whole', '1', 'must be a whole number'],
  ['whole', 1.5, 'must be a whole number'],
  ['whole', 0, 'must be at least 1'],
  ['flag', 'true', 'must be true or false'],
  ['flag', 1, 'must be true or false'],
  ['list', 'a', 'must be a list'],
  ['list', ['a', 'b', 'c'], 'must have at most 2 items'],
  ['role', 'root', 'must be one of user, admin'],
]

for (const [field, value, message] of refused) {
  t.test(`${field} refuses ${shown(value)}`, async (t) => {
    const faults = await faultsOf(field, value)
    t.equal(faults.length, 1)
    t.equal(faults[0]?.path, '/value')
    t.match(faults[0]?.message, message)
  })
}

t.test('one answer names every fault and its place, without the value that was sent', async (t) => {
  const payload = { a: 7, 'x/y~z': 'canary', c: 'canary' }
  const response = await app.inject({ method: 'POST', url: '/several', payload })
  const { errors } = assertProblem(t, response, 400, 'invalid_request')
  t.same(errors, [
    { path: '/b', message: 'is required' },
    { path: '/x~1y~0z', message: 'is not a known member' },
    { path: '/a', message: 'must be a string' },
    { path: '/c', message: 'must be true or false' },
  ])
  t.notMatch(response.body, 'canary')
})

t.test('of a hundred faults the first twenty are named', async (t) => {
  const payload = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, 1]))
  t.equal((await app.inject({ method: 'POST', url: '/several', payload })).json().errors.length, 20)
})

t.test('a member with a default may be left out', async (t) => {
  t.same((await app.inject({ method: 'POST', url: '/several', payload: { a: '', b: 1 } })).json(), {
    a: '',
    b: 1,
    c: true,
  })
})

t.test('numbers and booleans are read from addresses and query strings', async (t) => {
  t.same((await app.inject('/things/7?limit=5&on=true')).json(), { params: { id: 7 }, query: { limit: 5, on: true } })
  t.same((await app.inject('/things/7')).json().query, { limit: 20 })
})

const queries: [query: string, path: string, message: RegExp | string][] = [
  ['limit=0', 'query/limit', 'must be at least 1'],
  ['limit=101', 'query/limit', 'must be at most 100'],
  ['limit=Infinity', 'query/limit', 'must be at most 100'],
  ['limit=-1e999', 'query/limit', 'must be at least 1'],
  ['limit=', 'query/limit', 'must be a whole number'],
  ['limit=ten', 'query/limit', 'must be a whole number'],
  ['limit=1.5', 'query/limit', 'must be a whole number'],
  ['limit=1&limit=2', 'query/limit', 'must be a whole number'],
  ['cursor=a%20b', 'query/cursor', 'must be a nextCursor of an earlier answer'],
  ['text=a%00b', 'query/text', NO_CONTROLS],
  ['text=a&text=b', 'query/text', 'must be a string'],
  ['on=yes', 'query/on', 'must be true or false'],
  ['other=1', 'query/other', 'is not a known member'],
  ['__proto__=1', 'query/__proto__', 'is not a known member'],
  ['constructor=1', 'query/constructor', 'is not a known member'],
]

for (const [query, path, message] of queries) {
  t.test(`the query ?${query} is refused`, async (t) => {
    const { errors } = assertProblem(t, await app.inject(`/things/7?${query}`), 400, 'invalid_request')
    t.match(errors, [{ path, message }])
  })
}

t.test('a path parameter of another type is refused', async (t) => {
  const { errors } = assertProblem(t, await app.inject('/things/x'), 400, 'invalid_request')
  t.same(errors, [{ path: 'params/id', message: 'must be a whole number' }])
})

t.test('one answer names the faults in all parts of a request', async (t) => {
  const { errors } = assertProblem(t, await app.inject('/things/x?limit=0&other=1'), 400, 'invalid_request')
  t.match(errors, [{ path: 'params/id' }, { path: 'query/other' }, { path: 'query/limit' }])
})

t.test('a list has items and a cursor for the next page', async (t) => {
  t.same((await app.inject('/list')).json(), { items: ['a'], nextCursor: null })
})
