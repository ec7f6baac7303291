import t from 'tap'
import { decodeCursor, encodeCursor, idOfCursor, pageOf } from '../src/index.ts'

const rows = ['a', 'b', 'c'].map((id) => ({ id }))
const cursorOf = ({ id }: { id: string }) => encodeCursor(id)
const ID = '0190c5a8-3c1e-7000-8000-000000000001'

t.test('a page holds no more than its limit, and names where the next one starts', async (t) => {
  t.same(pageOf(rows, 2, cursorOf), { items: [{ id: 'a' }, { id: 'b' }], nextCursor: encodeCursor('b') })
})

t.test('the last page has no cursor, full or not', async (t) => {
  t.same(pageOf(rows, 3, cursorOf), { items: rows, nextCursor: null })
  t.same(pageOf(rows, 100, cursorOf), { items: rows, nextCursor: null })
  t.same(pageOf([], 1, cursorOf), { items: [], nextCursor: null })
})

t.test('an id comes back out of its cursor', async (t) => {
  t.equal(idOfCursor(encodeCursor(ID)), ID)
  t.equal(idOfCursor(encodeCursor('42'), /^\d+$/), '42')
  t.equal(idOfCursor(undefined), undefined)
})

t.test('a position may be anything that can be parsed', async (t) => {
  const parse = (text: string) => (text.startsWith('[') ? (JSON.parse(text) as unknown) : undefined)
  t.same(decodeCursor(encodeCursor('["x",1]'), parse), ['x', 1])
})

for (const [what, cursor] of [
  ['another text', encodeCursor('42')],
  ['what is no base64url', '***'],
  ['nothing', ''],
  ['a second spelling of a cursor', `${encodeCursor(ID)}=`],
  ['a cursor with more behind it', `${encodeCursor(ID)}.x`],
] as const) {
  t.test(`${what} was never a cursor: 400`, async (t) => {
    t.throws(() => idOfCursor(cursor), {
      statusCode: 400,
      code: 'invalid_request',
      errors: [{ path: 'query/cursor', message: 'must be a nextCursor of an earlier answer' }],
    })
  })
}
