import fc from 'fast-check'
import t from 'tap'
import { hasDuplicateMembers } from '../src/json-members.ts'

function check(text: string): boolean {
  return hasDuplicateMembers(Buffer.from(text), JSON.parse(text))
}

const ambiguous = [
  '{"sub":"a","sub":"b"}',
  '{"sub":"a","\\u0073ub":"b"}',
  '{ "a" : 1 , "b" : { "c" : 1 , "c" : 1 } }',
  '{"a":[1,[{"x":1,"x":1}]]}',
  '{"a":{"x":1,"y":2},"a":1}',
  '{"__proto__":1,"__proto__":2}',
  '{"":0,"":0}',
  '{"a:b":1,"a:b":1}',
  '{"a":"\\":","a":1}',
]

const plain = [
  '{}',
  '{"a":1,"A":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
  '{"__proto__":1,"constructor":2,"toString":{"__proto__":{}}}',
  '{"a":"x\\",\\"a\\":1","b":"\\\\","c":":::"}',
  '{"a":null,"b":"","ü":"ü\\u003a"}',
]

for (const text of ambiguous) t.test(`${text} names a member twice`, async (t) => t.ok(check(text)))
for (const text of plain) t.test(`${text} names each member once`, async (t) => t.notOk(check(text)))

t.test('what is nested deeper than eight levels counts as ambiguous', async (t) => {
  const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  t.notOk(check(nested(8)))
  t.ok(check(nested(9)))
  t.ok(check(nested(1000)))
  t.ok(check(`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`))
})

t.test('JSON.stringify names each member once, and a doubled one is found', async () => {
  const flat = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 })
  fc.assert(
    fc.property(flat, fc.nat(), (value, pick) => {
      const text = JSON.stringify(value)
      const names = Object.keys(value)
      const doubled = `${text.slice(0, -1)},${JSON.stringify(names[pick % names.length])}:0}`
      return !check(text) && check(doubled)
    }),
    { numRuns: 1000 },
  )
})
