import { inspect } from 'node:util'
import t from 'tap'
import { assertDisjoint, KeyRingError, parseKeyRing } from '../src/index.ts'

const a = 'a'.repeat(32)
const b = 'b'.repeat(32)

t.test('the first key signs and every key is found by its kid', async (t) => {
  const ring = parseKeyRing(`new:${a},2025-01_old.1:${b}`)
  t.equal(ring.signing.kid, 'new')
  t.equal(ring.signing.signWith, a)
  t.same(
    ring.keys.map((key) => key.kid),
    ['new', '2025-01_old.1'],
  )
  t.equal(ring.get('2025-01_old.1')?.verifyWith, b)
  t.equal(ring.get('2025-01_old.1')?.algorithm, 'HS256')
})

t.test('a bare secret is the key called default', async (t) => {
  t.equal(parseKeyRing(a).signing.kid, 'default')
  t.equal(parseKeyRing(a).get('default')?.verifyWith, a)
})

t.test('a secret is all the text after the first colon', async (t) => {
  t.equal(parseKeyRing(`k:x:${a}= `).signing.signWith, `x:${a}= `)
})

t.test('a secret is measured in UTF-8 bytes', async (t) => {
  t.equal(parseKeyRing('ü'.repeat(16)).signing.signWith, 'ü'.repeat(16))
  t.throws(() => parseKeyRing('ü'.repeat(15)), KeyRingError)
})

t.test('names of members of every object are no keys', async (t) => {
  const ring = parseKeyRing(a)
  for (const kid of ['__proto__', 'constructor', 'toString', '']) t.equal(ring.get(kid), undefined)
})

const refused = [
  { title: 'nothing at all', text: '', says: "'default'" },
  { title: 'a bare secret of 31 bytes', text: 'a'.repeat(31), says: "'default'" },
  { title: 'a secret of 31 bytes', text: `one:${a},two:${'b'.repeat(31)}`, says: "'two'" },
  { title: 'an empty secret', text: 'one:', says: "'one'" },
  { title: 'two keys of one name', text: `one:${a},one:${b}`, says: "'one'" },
  { title: 'one secret under two names', text: `one:${a},two:${a}`, says: "'two'" },
  { title: 'a key without a name among several', text: `one:${a},${b}`, says: 'key 2' },
  { title: 'an empty entry', text: `one:${a},`, says: 'key 2' },
  { title: 'an empty name', text: `:${a}`, says: 'key 1' },
  { title: 'a name with a space', text: `one:${a}, two:${b}`, says: 'key 2' },
  { title: 'a name of 65 characters', text: `${'k'.repeat(65)}:${a}`, says: 'key 1' },
  { title: 'a line break at the end of a secret', text: `one:${a}\n`, says: "'one'" },
  { title: 'half of a surrogate pair', text: `one:${a}\ud800`, says: "'one'" },
]

for (const { title, text, says } of refused) {
  t.test(`${title} is refused, naming the key and no secret`, async (t) => {
    try {
      parseKeyRing(text)
      t.fail('was accepted')
    } catch (error) {
      t.ok(error instanceof KeyRingError)
      const message = error instanceof Error ? error.message : ''
      t.match(message, says)
      t.notOk(/a{8}|b{8}/.test(message), 'no secret in it')
    }
  })
}

t.test('a key shows no secret when it is printed', async (t) => {
  const ring = parseKeyRing(`one:${a}`)
  t.notMatch(JSON.stringify(ring), a)
  t.notMatch(inspect(ring, { depth: 5 }), a)
})

t.test("a key can't be changed", async (t) => {
  const { signing } = parseKeyRing(a)
  t.throws(() => Object.assign(signing, { signWith: b }), TypeError)
})

t.test('two rings may share names but no secret', async (t) => {
  t.doesNotThrow(() => assertDisjoint(parseKeyRing(`k:${a}`), parseKeyRing(`k:${b}`)))
  t.throws(() => assertDisjoint(parseKeyRing(`x:${b},one:${a}`), parseKeyRing(`two:${a}`)), {
    name: 'KeyRingError',
    message: /'one' and 'two'/,
  })
})
