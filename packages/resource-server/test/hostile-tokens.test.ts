import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { confusedKeys, ownKeys, wrongAlgorithms } from './hostile/algorithms.ts'
import { accepted, expired, missingClaims, oddClaims, strangers, untimely } from './hostile/claims.ts'
import { tokenWith } from './hostile/forge-token.ts'
import { oddForms, oddTexts } from './hostile/forms.ts'
import { criticalHeaders, unknownKids, wrongKinds } from './hostile/headers.ts'
import { bearer, buildTestServer } from './test-server.ts'

let hits = 0
const listener = createServer((_request, response) => {
  hits++
  response.end('{}')
})
await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
const { port } = listener.address() as AddressInfo
const app = await buildTestServer()
t.teardown(async () => {
  listener.close()
  await app.close()
})

function faceOf(code: string, title: string, detail: string): object {
  return {
    statusCode: 401,
    challenge: `Bearer realm="employees", error="invalid_token", error_description="${detail}"`,
    cookie: undefined,
    problem: { type: `urn:latchkey:problem:${code}`, title, status: 401, detail, code },
  }
}

const invalid = faceOf('invalid_token', 'Invalid token', 'The access token is not valid.')
const past = faceOf('token_expired', 'Token expired', 'The access token has expired.')

const tables = [
  { title: 'B1 the algorithm is that of the key, spelled exactly', tokens: wrongAlgorithms, face: invalid },
  { title: 'B2 a key is never used with another algorithm', tokens: confusedKeys, face: invalid },
  { title: 'B3 keys that a token names are not used', tokens: ownKeys(`http://127.0.0.1:${port}/`), face: invalid },
  { title: 'B4 kid is only a name', tokens: unknownKids, face: invalid },
  { title: 'B5 nothing critical is understood', tokens: criticalHeaders, face: invalid },
  { title: 'B6 one canonical spelling', tokens: oddForms, face: invalid },
  { title: 'B7 strict UTF-8 JSON, nothing twice', tokens: oddTexts, face: invalid },
  { title: 'B8 required claims are required', tokens: missingClaims, face: invalid },
  { title: 'B9 claims have their types and ranges', tokens: oddClaims, face: invalid },
  { title: 'B10 not yet valid', tokens: untimely, face: invalid },
  { title: 'B10 no longer valid', tokens: expired, face: past },
  { title: 'B11 issuer and audience match exactly', tokens: strangers, face: invalid },
  { title: 'B12 tokens of another kind', tokens: wrongKinds, face: invalid },
]

for (const { title, tokens, face } of tables) {
  t.test(title, async (t) => {
    for (const [name, token] of Object.entries(tokens)) {
      for (const which of [`${name}, the first time`, `${name}, the second time`]) {
        const { statusCode, headers, body } = await app.inject({ url: '/employees', headers: bearer(token) })
        const { requestId: _, ...problem } = JSON.parse(body)
        t.same(
          { statusCode, challenge: headers['www-authenticate'], cookie: headers['set-cookie'], problem },
          face,
          which,
        )
        t.equal(headers['content-type'], 'application/problem+json')
      }
    }
  })
}

t.test('B3 no address in a token was fetched', async (t) => t.equal(hits, 0))

t.test('a token that is right in what these are wrong in passes', async (t) => {
  for (const [name, token] of Object.entries({ 'a good token': tokenWith(), ...accepted })) {
    const { statusCode } = await app.inject({ url: '/employees', headers: bearer(token) })
    t.equal(statusCode, 200, name)
  }
})
