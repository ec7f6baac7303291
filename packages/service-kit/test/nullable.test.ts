import t from 'tap'
import { Type } from 'typebox'
import { createInputCheck, Nullable, Text } from '../src/index.ts'

for (const [what, schema, good, bad, message] of [
  ['a text', Nullable(Text(5)), 'short', 'too long', 'must have at most 5 characters'],
  ['a choice', Nullable(Type.Enum(['on', 'off'])), 'on', 'perhaps', undefined],
  ['an object', Nullable(Type.Object({ id: Type.Integer() })), { id: 1 }, { id: 'x' }, 'must be a whole number'],
  ['a union', Nullable(Type.Union([Type.Literal('a'), Type.Literal(1)])), 1, 2, undefined],
] as const) {
  t.test(`${what} or null: both are accepted, and nothing else`, async (t) => {
    const check = createInputCheck(schema)
    t.same(check(good), [])
    t.same(check(null), [])
    const [fault] = check(bad)
    t.ok(fault)
    if (message !== undefined) t.equal(fault?.message, message)
  })
}
