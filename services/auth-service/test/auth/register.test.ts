import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { databaseOf } from '../support/audit.ts'
import { cookieHeader, PASSWORD, refreshWith, setCookies, startAuthService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const SETTINGS = { variables: { REGISTRATION: 'open', TRUST_PROXY: '127.0.0.1' } }
const auth = await startAuthService(t, SETTINGS)
const db = databaseOf(t, auth)

/** Ten register from one address within an hour. */
const elsewhere = () => ({ 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` })
const send = (body: object) => auth.call('POST', '/auth/register', { body, headers: elsewhere() })
let people = 0
const person = () => ({ email: `p${++people}@example.test`, username: `p${people}`, password: PASSWORD })

t.test('an e-mail address and a user name are taken once, in any case of letters', async (t) => {
  const register = (email: string, username: string) =>
    send({ email, username, password: PASSWORD, fullName: 'Ann Lee' })
  const created = await register('Ann@Example.test', 'Ann')
  t.equal(created.statusCode, 201)
  t.match(created.json().user, {
    email: 'Ann@Example.test',
    username: 'Ann',
    fullName: 'Ann Lee',
    roles: ['user'],
    status: 'active',
    emailVerified: false,
  })
  t.notMatch(created.body, /hash|argon2|[tT]oken/)
  t.equal(created.headers['set-cookie'], undefined, 'it signs in only where a delivery is given')
  t.equal((await register('ann@example.TEST', 'other')).json().code, 'email_taken')
  t.equal((await register('other@example.test', 'aNN')).json().code, 'username_taken')
})

t.test('of parallel registrations of one address exactly one succeeds', async (t) => {
  const responses = await Promise.all(
    Array.from({ length: 4 }, (_, n) =>
      send({ email: 'race@example.test', username: `racer${n}`, password: PASSWORD }),
    ),
  )
  t.same(responses.map((response) => response.statusCode).sort(), [201, 409, 409, 409])
})

t.test('names that are taken are refused before the password costs anything', async (t) => {
  const taken = person()
  t.equal((await send(taken)).statusCode, 201)
  // More than wait for a check: those without a place are 503.
  const flood = Promise.all(
    Array.from({ length: 40 }, () =>
      auth.once.call('POST', '/auth/register', {
        body: { ...person(), password: 'a heron walks over nine slow rivers' },
        headers: elsewhere(),
      }),
    ),
  )
  // Guessable passwords: a check would refuse them.
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      send({
        ...person(),
        password: 'password1234567',
        ...(n % 2 ? { email: taken.email } : { username: taken.username }),
      }),
    ),
  )
  t.same(new Set(answers.map((answer) => answer.json().code)), new Set(['email_taken', 'username_taken']))
  const statuses = new Set((await flood).map(({ statusCode }) => statusCode))
  t.ok(statuses.delete(503), 'the places are taken')
  statuses.delete(201)
  t.same([...statuses], [], 'who has one may be in time')
})

t.test('passwords are refused for length, commonness and likeness to their owner, never for composition', async (t) => {
  const register = (password: string) =>
    send({ email: 'marigold.peck@example.test', username: 'marigold-peck-77', password })
  const refused = {
    'short of fifteen characters': 'violet-harbour',
    'more than 256 bytes': 'é'.repeat(129),
    'a common one': 'password1234567',
    'a row of keys': 'qwertyuiopasdfghjkl',
    'one letter': 'aaaaaaaaaaaaaaaaaaaa',
    'the e-mail address': 'Marigold.Peck@example.test',
    'the user name': 'marigold-peck-77',
  }
  for (const [name, password] of Object.entries(refused)) {
    const response = await register(password)
    t.equal(response.statusCode, 400, name)
    t.equal(response.json().errors[0].path, '/password', name)
  }
  t.equal((await register('qzjxkvwbmhgtrpl')).statusCode, 201, 'fifteen random lower-case letters')
})

t.test('with a delivery it signs in too, and answers as a sign-in does', async (t) => {
  const cookies = {
    hybrid: ['__Secure-refresh', '__Host-device'],
    cookie: ['__Secure-refresh', '__Host-device', '__Host-access'],
    body: [],
  }
  for (const [delivery, names] of Object.entries(cookies)) {
    const { email, username, password } = person()
    const created = await send({ email, username, password, delivery, deviceName: 'My laptop' })
    t.equal(created.statusCode, 201, delivery)
    const login = await auth.call('POST', '/auth/login', { body: { email, password, delivery } })
    t.same(Object.keys(created.json()), Object.keys(login.json()), delivery)
    t.same([...setCookies(created).keys()], names, delivery)
    t.equal(created.headers['cache-control'], 'no-store')
    t.match(created.json(), { user: { email, roles: ['user'] }, device: { name: 'My laptop' } })
    const refreshed =
      delivery === 'body'
        ? await refreshWith(auth, created.json().refreshToken)
        : await auth.call('POST', '/auth/refresh', {
            cookies: cookieHeader(created),
            headers: { 'sec-fetch-site': 'same-origin' },
          })
    t.equal(refreshed.statusCode, 200, delivery)
  }
})

t.test('an access token names an address only once it is verified', async (t) => {
  const { accessToken } = (await send({ ...person(), delivery: 'body' })).json()
  t.match(claimsOf(accessToken), { roles: ['user'], email: undefined, email_verified: undefined })
})

t.test('what is refused makes no account and no session', async (t) => {
  const taken = person()
  await send(taken)
  for (const body of [taken, { ...person(), password: 'violet-harbour' }]) {
    const refused = await send({ ...body, delivery: 'body' })
    t.ok([400, 409].includes(refused.statusCode))
    t.notMatch(refused.body, /[tT]oken"/)
  }
})

t.test(
  'ten register from one address within an hour, at whatever replica, and from one IPv6 network of /64',
  async (t) => {
    const { variables } = SETTINGS
    const replica = await startAuthService(t, { beside: auth, variables })
    for (const [first, same, other] of [
      ['203.0.113.7', '203.0.113.7', '203.0.113.8'],
      ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'],
    ] as const) {
      const register = (address: string) => ({ body: person(), headers: { 'x-forwarded-for': address } })
      const from = (address: string, service = auth) => service.call('POST', '/auth/register', register(address))
      for (let n = 0; n < 10; n++) {
        t.equal((await from(first, n % 2 === 0 ? auth : replica)).statusCode, 201)
      }
      const refused = await from(same)
      t.equal(refused.statusCode, 429)
      t.ok(Number(refused.headers['retry-after']) > 3500)
      t.equal((await auth.call('POST', '/auth/register', register(other))).statusCode, 201)
    }
  },
)

t.test('by default registration is closed', async (t) => {
  const invite = await startAuthService(t, { beside: auth })
  for (const body of [person(), { ...person(), delivery: 'body' }]) {
    const refused = await invite.call('POST', '/auth/register', { body })
    t.equal(refused.statusCode, 403)
    t.equal(refused.json().code, 'registration_closed')
  }
  t.equal((await invite.call('GET', '/auth/options')).json().registration, 'invite')
})

t.test('a registration that nobody could decide counts for nothing, and one that was refused does', async (t) => {
  const headers = elsewhere()
  const register = (body: object) => auth.once.call('POST', '/auth/register', { body, headers })
  await db.transaction().execute(async (trx) => {
    await sql`lock table users in access exclusive mode`.execute(trx)
    const answers = await Promise.all(Array.from({ length: 10 }, () => register(person())))
    t.same(new Set(answers.map(({ statusCode }) => statusCode)), new Set([503]))
  })
  const { email } = await auth.newAccount()
  const refusals: number[] = []
  while (refusals.length < 11) {
    const { statusCode } = await register({ ...person(), email })
    // A busy machine has no time for some, which count for nothing either.
    if (statusCode !== 503) refusals.push(statusCode)
  }
  t.same(refusals, [...Array.from({ length: 10 }, () => 409), 429])
})
