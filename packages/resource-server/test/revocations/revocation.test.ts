import { registerHooks } from 'node:module'
import fc from 'fast-check'
import t from 'tap'
import type { Revocation, RevocationFault } from '../../src/revocations/index.ts'

const loaded: string[] = []
const hooks = registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    loaded.push(resolved.url)
    return resolved
  },
})
const { decodeRevocation, encodeRevocation, MAX_EXP } = await import('@latchkey/resource-server/revocations')
hooks.deregister()

const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 256 }).filter(({ length }) => length <= 256)
const exp = fc.integer({ min: 0, max: MAX_EXP })
const revocations: fc.Arbitrary<Revocation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('session', 'client', 'token', 'key'), id, exp }),
  fc.record({ kind: fc.constant('user'), id, ver: fc.maxSafeNat(), exp }),
  fc.record({ kind: fc.constantFrom('role', 'scope'), id, pol: fc.maxSafeNat(), exp }),
)

t.test('every revocation is decoded to what was encoded', async (t) => {
  fc.assert(
    fc.property(revocations, (revocation) => t.same(decodeRevocation(encodeRevocation(revocation)), revocation)),
  )
})

t.test('fields may come in any order and with others that are not known yet', async (t) => {
  const pairs = (fields: string[]): string[][] =>
    fields.flatMap((_, i) => (i % 2 === 0 ? [fields.slice(i, i + 2)] : []))
  const shuffled = revocations.chain((revocation) => {
    const known = pairs(encodeRevocation(revocation))
    const all = [...known, ['reason', '7'], ['', '']]
    const fields = fc.shuffledSubarray(all, { minLength: all.length }).map((them) => them.flat())
    return fc.record({ revocation: fc.constant(revocation), fields })
  })
  fc.assert(fc.property(shuffled, ({ revocation, fields }) => t.same(decodeRevocation(fields), revocation)))
})

const faulty: [title: string, fault: RevocationFault, fields: string[]][] = [
  ['nothing', 'unknown kind', []],
  ['no kind', 'unknown kind', ['id', 's1', 'exp', '1']],
  ['a kind of a later version', 'unknown kind', ['kind', 'tenant', 'id', 'acme', 'exp', '1']],
  ['a kind of the prototype', 'unknown kind', ['kind', 'constructor', 'id', 's1', 'exp', '1']],
  ['a kind in upper case', 'unknown kind', ['kind', 'SESSION', 'id', 's1', 'exp', '1']],
  ['a name without a value', 'unknown kind', ['id', 's1', 'exp', '1', 'kind']],
  ['no id', 'bad id', ['kind', 'session', 'exp', '1']],
  ['an empty id', 'bad id', ['kind', 'session', 'id', '', 'exp', '1']],
  ['an id that is too long', 'bad id', ['kind', 'session', 'id', 's'.repeat(257), 'exp', '1']],
  ['no exp', 'bad exp', ['kind', 'session', 'id', 's1']],
  ['an exp that is no number', 'bad exp', ['kind', 'session', 'id', 's1', 'exp', 'soon']],
  ['an empty exp', 'bad exp', ['kind', 'session', 'id', 's1', 'exp', '']],
  ['a negative exp', 'bad exp', ['kind', 'session', 'id', 's1', 'exp', '-1']],
  ['a fraction as exp', 'bad exp', ['kind', 'session', 'id', 's1', 'exp', '1.5']],
  ['an exp in exponents', 'bad exp', ['kind', 'session', 'id', 's1', 'exp', '1e9']],
  ['an exp beyond the year 9999', 'bad exp', ['kind', 'session', 'id', 's1', 'exp', String(MAX_EXP + 1)]],
  ['a user without ver', 'bad ver', ['kind', 'user', 'id', 'u1', 'exp', '1']],
  ['a ver beyond exact integers', 'bad ver', ['kind', 'user', 'id', 'u1', 'exp', '1', 'ver', '9007199254740992']],
  ['a role without pol', 'bad pol', ['kind', 'role', 'id', 'hr', 'exp', '1', 'ver', '1']],
  ['a pol beyond exact integers', 'bad pol', ['kind', 'role', 'id', 'hr', 'exp', '1', 'pol', '9007199254740992']],
  ['a negative pol', 'bad pol', ['kind', 'role', 'id', 'hr', 'exp', '1', 'pol', '-1']],
  ['a pol that is no number', 'bad pol', ['kind', 'role', 'id', 'hr', 'exp', '1', 'pol', 'latest']],
  ['a scope without pol', 'bad pol', ['kind', 'scope', 'id', 'a:b', 'exp', '1']],
  ['a role without id', 'bad id', ['kind', 'role', 'exp', '1', 'pol', '1']],
  ['a role without exp', 'bad exp', ['kind', 'role', 'id', 'hr', 'pol', '1']],
]

for (const [title, fault, fields] of faulty) {
  t.test(`${title} is a fault: ${fault}`, async (t) => t.equal(decodeRevocation(fields), fault))
}

t.test('rubbish is a fault or a revocation, and never throws', async () => {
  const word = fc.oneof(fc.constantFrom('kind', 'id', 'exp', 'ver', 'pol', 'session', 'user', 'role', '7'), fc.string())
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (fields) => {
      const decoded = decodeRevocation(fields)
      if (typeof decoded !== 'string') encodeRevocation(decoded)
    }),
  )
})

t.test('what no verifier would read is not encoded, so that it is never published', async (t) => {
  const good: Revocation = { kind: 'session', id: 's1', exp: 1 }
  for (const bad of [{ id: '' }, { id: 's'.repeat(257) }, { exp: MAX_EXP + 1 }, { exp: 1.5 }, { exp: Number.NaN }]) {
    t.throws(() => encodeRevocation({ ...good, ...bad }), RangeError)
  }
  t.throws(() => encodeRevocation({ kind: 'user', id: 'u1', ver: -1, exp: 1 }), RangeError)
  for (const pol of [-1, 1.5, Number.NaN, 2 ** 53]) {
    t.throws(() => encodeRevocation({ kind: 'role', id: 'hr', pol, exp: 1 }), RangeError)
  }
})

t.test('importing the format loads neither Fastify nor a Redis client', async (t) => {
  t.ok(loaded.some((url) => url.endsWith('/src/revocations/revocation.ts')))
  t.same(
    loaded.filter((url) => /\/(fastify|ioredis|@fastify)\//.test(url)),
    [],
  )
})
