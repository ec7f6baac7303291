import fc from 'fast-check'
import t from 'tap'
import { createPrefilteredMap } from '../../src/revocations/prefiltered-map.ts'

t.test('it holds exactly what a Map would, whatever is set and deleted', async (t) => {
  // Few names, so that most are met again; long ones that differ in front alone, so that their hashes collide.
  const name = fc.tuple(fc.nat(30), fc.constantFrom('', '-with-the-same-long-end')).map(([n, end]) => `${n}${end}`)
  const step = fc.tuple(fc.constantFrom('set', 'delete'), name, fc.nat())
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const prefiltered = createPrefilteredMap<number>()
      const model = new Map<string, number>()
      for (const [what, key, value] of steps) {
        if (what === 'set') {
          prefiltered.set(key, value)
          model.set(key, value)
        } else {
          prefiltered.delete(key)
          model.delete(key)
        }
        if (prefiltered.get(key) !== model.get(key) || prefiltered.size !== model.size) return false
      }
      return [...model].every(([key, value]) => prefiltered.get(key) === value)
    }),
  )
  t.pass()
})

t.test('nothing is lost when it grows, or when more keys than it can count share a hash', async (t) => {
  const prefiltered = createPrefilteredMap<number>()
  const keys = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? `key-${i}` : `${i}-with-the-same-long-end`))
  for (const [i, key] of keys.entries()) prefiltered.set(key, i)
  t.ok(keys.every((key, i) => prefiltered.get(key) === i))
  for (const key of keys.slice(0, 2900)) prefiltered.delete(key)
  t.ok(keys.every((key, i) => prefiltered.get(key) === (i < 2900 ? undefined : i)))
  t.same([...prefiltered.entries()].length, 100)
})
