import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createDatabase } from '@latchkey/database'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { ADMIN } from '../support/auth-service.ts'
import { listen, ODD, PAYROLL, REPORTS } from '../support/listening-service.ts'
import { type Answer, ask, basic, type Fields, inForm, rawBasic, send } from '../support/send-form.ts'

const auth = await listen(t)
const endpoint = `${auth.url}/oauth/token`
const token = (fields: Fields, headers: Record<string, string> = {}): Promise<Answer> => send(endpoint, fields, headers)
const BASIC = basic(PAYROLL)
const GRANT = { grant_type: 'client_credentials' }
const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
const asAdmin = (method: string, url: string, body?: object) =>
  auth.call(method, url, { token: admin.json().accessToken, ...(body && { body }) })

/** fetch joins several headers into one. */
async function statusWithHeaders(authorization: (string | undefined)[]): Promise<number | undefined> {
  const outgoing = request(endpoint, { method: 'POST' })
  outgoing.setHeader('content-type', 'application/x-www-form-urlencoded')
  outgoing.setHeader('authorization', authorization.map(String))
  outgoing.end('grant_type=client_credentials')
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

/** RFC 6749 §5.2, with the headers that the contract adds. */
function isRefusal(t: Test, { status, headers, json }: Answer, expected: [number, string], title: string): void {
  t.same([status, json.error], expected, title)
  t.equal(headers.get('content-type'), 'application/json', title)
  t.equal(headers.get('cache-control'), 'no-store', title)
  t.match(json.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, title)
  t.same(Object.keys(json), ['error', 'error_description'], title)
}

t.test(
  'failed authentication is 401 with a challenge, the same for an unknown client and a wrong secret',
  async (t) => {
    const wrong = { ...PAYROLL, secret: 'wrong' }
    const unknown = { clientId: 'nobody', secret: 'wrong' }
    const answers = [
      await token(GRANT, basic(wrong)),
      await token({ ...GRANT, ...inForm(wrong) }),
      await token(GRANT, basic(unknown)),
      await token({ ...GRANT, ...inForm(unknown) }),
      ...(await Promise.all(
        [
          '',
          'x',
          'UPPER',
          'a b',
          'a\u0000b',
          '\u0000',
          'é',
          'x'.repeat(5000),
          '__proto__',
          'latchkey',
          "' or 1=1--",
        ].map((clientId) => token({ ...GRANT, ...inForm({ clientId: clientId || ' ', secret: 'wrong' }) })),
      )),
      await token(GRANT, basic({ clientId: 'a\u0000b', secret: '\u0000' })),
    ]
    for (const answer of answers) {
      isRefusal(t, answer, [401, 'invalid_client'], answer.text)
      t.match(answer.headers.get('www-authenticate'), /^Basic realm="latchkey", charset="UTF-8"$/)
      t.equal(answer.text, answers[0]?.text)
    }
    const missing = await token(GRANT)
    isRefusal(t, missing, [401, 'invalid_client'], 'none')
    t.match(missing.headers.get('www-authenticate'), /^Basic /)
  },
)

t.test('one way of authentication; Basic is form-decoded, whatever the secret holds', async (t) => {
  for (const client of [PAYROLL, ODD]) {
    t.equal((await token(GRANT, basic(client))).status, 200, `${client.clientId}, Basic`)
    t.equal((await token({ ...GRANT, ...inForm(client) })).status, 200, `${client.clientId}, form`)
  }
  const percent = (text: string): string =>
    [...Buffer.from(text)].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('')
  t.equal((await token(GRANT, rawBasic(percent('odd'), percent(ODD.secret)))).status, 200, 'every octet encoded')
  isRefusal(t, await token(GRANT, rawBasic('odd', ODD.secret)), [401, 'invalid_client'], 'not encoded at all')

  isRefusal(t, await token({ ...GRANT, client_secret: PAYROLL.secret }, BASIC), [400, 'invalid_request'], 'both')
  isRefusal(t, await token({ ...GRANT, ...inForm(PAYROLL) }, BASIC), [400, 'invalid_request'], 'both in full')
  isRefusal(t, await token({ ...GRANT, client_id: 'odd' }, BASIC), [400, 'invalid_request'], 'two different ids')
  t.equal((await token({ ...GRANT, client_id: 'payroll' }, BASIC)).status, 200, 'the same id again')
  isRefusal(
    t,
    await token({ ...GRANT, client_secret: PAYROLL.secret }),
    [400, 'invalid_request'],
    'a secret without an id',
  )

  t.equal(await statusWithHeaders([BASIC.authorization, BASIC.authorization]), 400, 'two Authorization headers')
  t.equal(await statusWithHeaders([BASIC.authorization]), 200)
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  for (const authorization of [
    'Basic ***',
    'Basic',
    `Basic ${base64('payroll')}`,
    `Basic ${base64(`:${PAYROLL.secret}`)}`,
    `Basic ${base64('payroll:%zz')}`,
    `Basic ${base64(`payroll:${PAYROLL.secret}`)} x`,
    `Bearer ${PAYROLL.secret}`,
    `Digest username="payroll"`,
  ]) {
    isRefusal(t, await token(GRANT, { authorization }), [401, 'invalid_client'], authorization)
  }
})

t.test('the database holds no secret, and no hash that could be guessed without the settings', async (t) => {
  const { databaseUrl, schema } = auth.environment
  const database = createDatabase<Record<string, never>>({
    url: databaseUrl,
    applicationName: 'dump',
    poolSize: 1,
    schema,
    onError: () => {},
  })
  t.teardown(() => database.close())
  const made = await asAdmin('POST', '/admin/clients', { clientId: 'dumped', scopes: [] })
  const secret: string = made.json().clientSecret
  t.equal(Buffer.from(secret.replace('lks_', ''), 'base64url').length, 32, '256 bits')
  t.equal((await token(GRANT, basic({ clientId: 'dumped', secret }))).status, 200)
  const tables = await sql<{
    name: string
  }>`select tablename as name from pg_tables where schemaname = ${schema}`.execute(database.db)
  t.ok(tables.rows.length > 5)
  for (const { name } of tables.rows) {
    const dump = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(database.db)
    const text = dump.rows.map(({ row }) => row).join('\n')
    for (const each of [secret, PAYROLL.secret, ODD.secret]) {
      for (const form of [each, Buffer.from(each).toString('hex'), Buffer.from(each).toString('base64')]) {
        t.notOk(text.includes(form), name)
      }
    }
  }
  t.notMatch(auth.logs.text(), secret)
  t.notMatch(auth.logs.text(), PAYROLL.secret)
})

t.test('guessing is stopped where it comes from, and the right secret works from everywhere', async (t) => {
  const limits = { clientFromNetwork: { failures: 5, seconds: 60 }, network: { failures: 8, seconds: 60 } }
  const guarded = await listen(t, {
    beside: auth,
    redisPrefix: `${auth.environment.redisPrefix}guarded:`,
    clientGuessLimits: limits,
    passwordLimits: { network: limits.network },
    variables: { TRUST_PROXY: '127.0.0.1' },
  })
  const guess = (client: { clientId: string; secret: string }, from: string): Promise<Answer> =>
    send(`${guarded.url}/oauth/token`, GRANT, { ...basic(client), 'x-forwarded-for': from })
  const wrong = { ...PAYROLL, secret: 'wrong' }
  const statuses = []
  for (let n = 0; n < 8; n++) statuses.push((await guess(wrong, '192.0.2.1')).status)
  t.same(statuses, [401, 401, 401, 401, 401, 429, 429, 429])
  const refused = await guess(wrong, '192.0.2.1')
  isRefusal(t, refused, [429, 'temporarily_unavailable'], 'a wrong one')
  const wait = Number(refused.headers.get('retry-after'))
  t.ok(wait > 0 && wait <= 60)
  t.equal(refused.headers.get('ratelimit-policy'), '"client-from-network";q=5;w=60')
  t.equal(refused.headers.get('ratelimit'), `"client-from-network";r=0;t=${wait}`)
  t.equal((await guess(PAYROLL, '192.0.2.1')).status, 200, 'a right one is good however many were guessed')
  t.equal((await guess(PAYROLL, '192.0.2.2')).status, 200, 'from elsewhere')
  t.equal((await guess(REPORTS, '192.0.2.1')).status, 200, 'another client from there')

  const spray = []
  for (let n = 0; n < 10; n++)
    spray.push((await guess({ clientId: `nobody-${n}`, secret: 'wrong' }, '192.0.2.3')).status)
  t.same(spray, [...Array(8).fill(401), 429, 429], 'one address, many clients')
  t.equal((await guess(PAYROLL, '192.0.2.3')).status, 200)
  const person = await ask(`${guarded.url}/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ ...ADMIN, delivery: 'body' }),
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.3' },
  })
  t.equal(person.status, 200, 'people are counted apart')

  for (const path of ['introspect', 'revoke']) {
    const ask = async (client: { clientId: string; secret: string }) => {
      const headers = { ...basic(client), 'x-forwarded-for': '192.0.2.1' }
      return (await send(`${guarded.url}/oauth/${path}`, { token: 'x' }, headers)).status
    }
    t.equal(await ask(wrong), 429, path)
    t.not(await ask(PAYROLL), 429, path)
  }
  t.equal((await guess(wrong, '2001:db8:1:2::1')).status, 401)
  for (let n = 2; n < 7; n++) await guess(wrong, `2001:db8:1:2::${n}`)
  t.equal((await guess(wrong, '2001:db8:1:2::ffff')).status, 429, 'an IPv6 network counts as one address')
})
