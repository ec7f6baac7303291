import t from 'tap'
import { cursorOf, positionIn } from '../../src/employees/employee-cursor.ts'
import type { EmployeePosition } from '../../src/employees/employee-sort.ts'

const id = '0190b5c4-8a3e-7c1d-9f00-1234567890ab'
const at = (sort: EmployeePosition['sort'], key: string): EmployeePosition => ({ sort, key, id })
const isRefused = (
  t: { throws: typeof import('tap').throws },
  cursor: string,
  sort: EmployeePosition['sort'],
  what: string,
) => t.throws(() => positionIn(cursor, sort), { code: 'invalid_request', errors: [{ path: 'query/cursor' }] }, what)
const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

t.test('a cursor gives back the position it was made of', async (t) => {
  const positions = [
    at('lastName', 'Ångström "the" O’Neil-\u{1F600}'),
    at('-lastName', ' '),
    at('hiredOn', '2024-02-29'),
    at('hiredOn', 'infinity'),
    at('-hiredOn', '-infinity'),
    at('createdAt', '2024-05-01T10:20:30.456Z'),
    at('-createdAt', '0001-01-01T00:00:00.000Z'),
  ]
  for (const position of positions) t.same(positionIn(cursorOf(position), position.sort), position)
})

t.test('a cursor is opaque and fits into a query', async (t) => {
  t.match(cursorOf(at('lastName', '\u{1F600}'.repeat(200))), /^[A-Za-z0-9_-]+$/)
})

t.test('a cursor works in the order it was made for and in no other', async (t) => {
  const cursor = cursorOf(at('lastName', 'Hopper'))
  for (const sort of ['-lastName', 'hiredOn', '-hiredOn', 'createdAt', '-createdAt'] as const) {
    isRefused(t, cursor, sort, sort)
  }
})

t.test('what was not written by us is not a cursor', async (t) => {
  const foreign: Record<string, string> = {
    'not base64url': '???',
    'not JSON': Buffer.from('hello').toString('base64url'),
    'not an array': json({ sort: 'lastName', key: 'a', id }),
    'too short': json(['lastName', 'a']),
    'too long': json(['lastName', 'a', id, 1]),
    'a number as key': json(['lastName', 1, id]),
    'an empty name': json(['lastName', '', id]),
    'a NUL in the name': json(['lastName', 'a\0', id]),
    'a lone surrogate': Buffer.from(`["lastName","\\ud800","${id}"]`).toString('base64url'),
    'no id': json(['lastName', 'a', 'x']),
    'an id of another spelling': json(['lastName', 'a', id.toUpperCase()]),
    'base64 padding': `${cursorOf(at('lastName', 'abc'))}=`,
    'white space in the JSON': Buffer.from(`["lastName", "a","${id}"]`).toString('base64url'),
    'an oversized text': json(['lastName', 'a'.repeat(4000), id]),
  }
  for (const [what, cursor] of Object.entries(foreign)) isRefused(t, cursor, 'lastName', what)
})

t.test('a key that Postgres could not read is not a cursor', async (t) => {
  const days = ['2023-02-29', '2024-13-01', '0000-01-01', '2024-1-1', '-infinity', 'today', '2024-01-01T00:00:00.000Z']
  for (const day of days) isRefused(t, json(['hiredOn', day, id]), 'hiredOn', day)
  isRefused(t, json(['-hiredOn', 'infinity', id]), '-hiredOn', 'infinity, descending')
  const times = [
    '2024-05-01',
    'now',
    'infinity',
    '2024-05-01T10:20:30Z',
    '0000-05-01T10:20:30.000Z',
    '+010000-01-01T00:00:00.000Z',
  ]
  for (const time of times) isRefused(t, json(['createdAt', time, id]), 'createdAt', time)
})

t.end()
