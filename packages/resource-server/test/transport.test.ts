import t from 'tap'
import { tokenWith } from './hostile/forge-token.ts'
import { sendRaw } from './raw-http.ts'
import { buildTestServer } from './test-server.ts'

const good = tokenWith()
const app = await buildTestServer()
t.teardown(() => app.close())

const missing = { code: 'unauthenticated', status: 401, error: undefined }
const invalid = { code: 'invalid_token', status: 401, error: 'invalid_token' }
const malformed = { code: 'invalid_request', status: 400, error: 'invalid_request' }

type Row = {
  title: string
  line?: string
  headers: string[]
  body?: string
  code: string
  status: number
  error: string | undefined
}

const refused: Row[] = [
  { title: 'nothing', headers: [], ...missing },
  { title: 'an empty Authorization header', headers: ['Authorization:'], ...missing },
  { title: 'a token in the URI', line: `GET /employees?access_token=${good}`, headers: [], ...missing },
  {
    title: 'a token in a form',
    line: 'POST /employees',
    headers: ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${`access_token=${good}`.length}`],
    body: `access_token=${good}`,
    ...missing,
  },
  { title: 'a token in a header of another name', headers: [`X-Access-Token: ${good}`], ...missing },
  { title: 'another scheme', headers: ['Authorization: Basic dTpw'], ...missing },
  { title: 'another scheme with a good token', headers: [`Authorization: Token ${good}`], ...missing },
  { title: 'a scheme that starts like ours', headers: [`Authorization: BearerX ${good}`], ...missing },
  { title: 'a token without a scheme', headers: [`Authorization: ${good}`], ...missing },
  { title: 'a cookie that looks like ours', headers: [`Cookie: access=${good}; __host-access=${good}`], ...missing },
  { title: 'our cookie, emptied', headers: ['Cookie: __Host-access='], ...missing },
  { title: 'the scheme alone', headers: ['Authorization: Bearer'], ...malformed },
  { title: 'the scheme and spaces', headers: ['Authorization: Bearer   '], ...malformed },
  { title: 'two words', headers: ['Authorization: Bearer a b'], ...invalid },
  { title: 'a good token and a word', headers: [`Authorization: Bearer ${good} b`], ...invalid },
  { title: 'a tab after the scheme', headers: [`Authorization: Bearer\t${good}`], ...invalid },
  { title: 'two tokens joined by a proxy', headers: [`Authorization: Bearer ${good}, Bearer ${good}`], ...invalid },
  { title: 'parameters in place of a token', headers: [`Authorization: Bearer token="${good}"`], ...invalid },
  { title: 'octets beyond ASCII', headers: ['Authorization: Bearer \xe9\xff'], ...invalid },
  {
    title: 'two Authorization headers',
    headers: [`Authorization: Bearer ${good}`, `authorization: Bearer ${good}`],
    ...malformed,
  },
  {
    title: 'two Authorization headers of which one is Basic',
    headers: ['Authorization: Basic dTpw', `Authorization: Bearer ${good}`],
    ...malformed,
  },
  {
    title: 'a token in the header and one in the URI',
    line: 'GET /employees?access_token=x',
    headers: [`Authorization: Bearer ${good}`],
    ...malformed,
  },
  {
    title: 'a token in the header and one in the URI with an escaped name',
    line: `GET /employees?access%5Ftoken=${good}`,
    headers: [`Authorization: Bearer ${good}`],
    ...malformed,
  },
  {
    title: 'a token in the cookie and one in the URI',
    line: `GET /employees?access_token=${good}`,
    headers: [`Cookie: __Host-access=${good}`],
    ...malformed,
  },
  {
    title: 'a bad header with a good cookie',
    headers: ['Authorization: Bearer x', `Cookie: __Host-access=${good}`],
    ...invalid,
  },
  {
    title: 'another scheme with a good cookie',
    headers: ['Authorization: Basic dTpw', `Cookie: __Host-access=${good}`],
    ...missing,
  },
]

for (const { title, line = 'GET /employees', headers, body = '', code, status, error } of refused) {
  t.test(`${title}: ${status} ${code}`, async (t) => {
    const reply = await sendRaw(app, line, headers, body)
    const challenge = reply.headers['www-authenticate'] ?? ''
    t.equal(reply.status, status)
    t.equal(JSON.parse(reply.body).code, code)
    t.match(challenge, /^Bearer realm="employees"/)
    t.equal(/ error="(\w+)"/.exec(challenge)?.[1], error)
    t.equal(reply.headers['content-type'], 'application/problem+json')
  })
}

const welcome = [
  { title: 'Bearer', headers: [`Authorization: Bearer ${good}`] },
  { title: 'bearer in lower case', headers: [`authorization: bearer ${good}`] },
  { title: 'BEARER and several spaces', headers: [`AUTHORIZATION: BEARER   ${good}  `] },
  { title: 'our cookie', headers: [`Cookie: __Host-access=${good}`] },
  { title: 'our cookie among others', headers: [`Cookie: a=b; __Host-access=${good};c=d`, 'Cookie: x__Host-access=1'] },
  { title: 'a good header with a bad cookie', headers: [`Authorization: Bearer ${good}`, 'Cookie: __Host-access=x'] },
]

for (const { title, headers } of welcome) {
  t.test(`${title}: 200`, async (t) => {
    const reply = await sendRaw(app, 'GET /employees', headers)
    t.equal(reply.status, 200)
    t.same(JSON.parse(reply.body), { sub: 'u1' })
  })
}

const twoCookies = [
  { title: 'in one header', headers: [`Cookie: __Host-access=${good}; __Host-access=${good}`] },
  { title: 'in two headers', headers: [`Cookie: __Host-access=${good}`, 'Cookie: __Host-access=x'] },
  { title: 'of which one is empty', headers: [`Cookie: __Host-access=; __Host-access=${good}`] },
]

for (const { title, headers } of twoCookies) {
  t.test(`two access cookies ${title}: 400, neither is used`, async (t) => {
    const reply = await sendRaw(app, 'GET /employees', headers)
    t.equal(reply.status, 400)
    t.equal(JSON.parse(reply.body).code, 'invalid_request')
  })
}

t.test('a header of 20 KB is refused by the parser, one of 15 KB by us', async (t) => {
  t.equal((await sendRaw(app, 'GET /employees', [`Authorization: Bearer ${'a'.repeat(20_000)}`])).status, 431)
  const reply = await sendRaw(app, 'GET /employees', [`Authorization: Bearer ${'a.'.repeat(7_500)}`])
  t.equal(reply.status, 401)
  t.equal(JSON.parse(reply.body).code, 'invalid_token')
})
