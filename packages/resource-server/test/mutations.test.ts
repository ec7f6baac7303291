import fc from 'fast-check'
import t from 'tap'
import { encode, forgeToken, goodClaims, goodHeader, tokenWith } from './hostile/forge-token.ts'
import { bearer, buildTestServer } from './test-server.ts'

const app = await buildTestServer()
t.teardown(() => app.close())

const good = tokenWith({ username: 'someone', email: 'someone@example.test' })
const [header = '', payload = '', signature = ''] = good.split('.')

const statusOf = async (token: string): Promise<number> =>
  (await app.inject({ url: '/employees', headers: bearer(token) })).statusCode

const place = fc.nat(good.length - 1)
const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ "{}~')

const mutations = fc.oneof(
  fc.tuple(place, character).map(([at, c]) => good.slice(0, at) + c + good.slice(at + 1)),
  fc.tuple(place, character).map(([at, c]) => good.slice(0, at) + c + good.slice(at)),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([at, n]) => good.slice(0, at) + good.slice(at + n)),
  place.map((at) => good.slice(0, at)),
  fc.tuple(place, place).map(([a, b]) => good.slice(0, a) + good.slice(b)),
  fc.shuffledSubarray([header, payload, signature, '', good]).map((parts) => parts.join('.')),
  fc.array(fc.constantFrom(header, payload, signature, 'AA', ''), { maxLength: 7 }).map((parts) => parts.join('.')),
  fc.jsonValue().map((value) => `${encode(JSON.stringify(value))}.${payload}.${signature}`),
  fc.jsonValue().map((value) => `${header}.${encode(JSON.stringify(value))}.${signature}`),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => `${header}.${payload}.${Buffer.from(bytes).toString('base64url')}`),
  fc
    .uint8Array({ maxLength: 64 })
    .map((bytes) => `${Buffer.from(bytes).toString('base64url')}.${payload}.${signature}`),
  fc.string({ minLength: 1, maxLength: 300 }).filter((text) => /^[\x21-\x7e]+$/.test(text)),
)

t.test('each of 5000 mutated tokens is refused, and none causes a failure', async () => {
  await fc.assert(
    fc.asyncProperty(mutations, async (token) => {
      // Any number of spaces may stand between the scheme and the token.
      fc.pre(token.trimStart() !== good)
      const status = await statusOf(token)
      return status === 401 || (token.trim() === '' && status === 400)
    }),
    { numRuns: 5000 },
  )
})

const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.constantFrom('', 'u1', 0, -1, 1e308, null, [], {}))
const member = (names: string[]) => fc.tuple(fc.constantFrom(...names), odd)

t.test('any token that is signed with the key gets 200, 401 or 403, never a failure', async () => {
  const claims = fc.array(member([...Object.keys(goodClaims), 'nbf', 'pol', 'username', 'email', '__proto__', 'x']), {
    maxLength: 3,
  })
  const headers = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.array(member(['alg', 'typ', 'kid', 'crit', 'jwk', '__proto__']), { minLength: 1, maxLength: 2 }),
  )
  await fc.assert(
    fc.asyncProperty(headers, claims, async (head, body) => {
      const token = forgeToken(
        { ...goodHeader, ...Object.fromEntries(head) },
        { ...goodClaims, ...Object.fromEntries(body) },
      )
      return [200, 401, 403].includes(await statusOf(token))
    }),
    { numRuns: 2000 },
  )
})
