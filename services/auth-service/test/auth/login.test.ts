import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { CHEAP_HASHING } from '../support/accounts.ts'
import { PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const database = createDatabase<unknown>({
  url: auth.environment.databaseUrl,
  schema: auth.environment.schema,
  ...NO_HURRY,
})
t.teardown(() => database.close())
const query = (sql: string, values: unknown[] = []) => database.pool.query(sql, values)

const login = (body: object) =>
  auth.call('POST', '/auth/login', { body: { password: PASSWORD, delivery: 'body', ...body } })

await auth.newAccount({ email: 'Ann@Example.test', username: 'Ann' })

t.test('users sign in by e-mail address or user name, in any case of letters', async (t) => {
  for (const name of [{ email: 'ANN@example.test' }, { username: 'ann' }, { username: 'ANN' }]) {
    t.equal((await login(name)).statusCode, 200)
  }
})

t.test('a wrong password and an unknown account have one answer', async (t) => {
  const [wrong, unknown] = await Promise.all([
    login({ email: 'ann@example.test', password: 'wrong-wrong-wrong' }),
    login({ email: 'nobody@example.test' }),
  ])
  t.equal(wrong.statusCode, 401)
  t.equal(unknown.statusCode, 401)
  const { requestId: _a, ...first } = wrong.json()
  const { requestId: _b, ...second } = unknown.json()
  t.same(first, second)
  t.same(Object.keys(wrong.headers), Object.keys(unknown.headers))
})

t.test('a sign-in, a refresh and the profile name the scopes of today', async (t) => {
  const user = await auth.newUser()
  const ofRefresh = await refreshWith(auth, user.refreshToken)
  t.same(ofRefresh.json().scopes, ['profile'])
  const { accessToken } = await auth.signInAdmin()
  const ofAdmin = (await auth.call('GET', '/auth/me', { token: accessToken })).json().scopes
  t.ok(ofAdmin.includes('audit:read'))
  await auth.call('PATCH', `/admin/users/${user.userId}`, { token: accessToken, body: { roles: ['staff'] } })
  const signedIn = await auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
  t.same(signedIn.json().scopes, ['profile', 'employees:read'])
})

t.test('a password counts to its last byte, in any Unicode form', async (t) => {
  const password = 'Ünïcødé passphrase 🗝️ with a tail of its own'
  await auth.newAccount({ email: 'uni@example.test', username: 'uni', password })
  const statusOf = async (typed: string) => (await login({ username: 'uni', password: typed })).statusCode
  t.equal(await statusOf(password), 200)
  t.equal(await statusOf(password.normalize('NFD')), 200, 'decomposed')
  t.equal(await statusOf(`${password} `), 401, 'trailing space')
  t.equal(await statusOf(password.toLowerCase()), 401, 'other case')
  t.equal(await statusOf(password.slice(0, -1)), 401, 'one short')
})

t.test('signing in again on a device replaces the session there', async (t) => {
  const first = await auth.newUser()
  const second = await auth.signIn(first.email, { deviceId: first.deviceId, deviceName: 'My laptop' })
  t.equal(second.deviceId, first.deviceId)
  t.match((await refreshWith(auth, first.refreshToken)).json(), { code: 'session_ended', reason: 'replaced' })
  t.equal((await refreshWith(auth, second.refreshToken)).json().device.name, 'My laptop')
})

t.test('past the device limit the device seen longest ago is signed out, also when many sign in at once', async (t) => {
  const small = await startAuthService(t, { beside: auth, variables: { MAX_DEVICES_PER_USER: '3' } })
  const user = await auth.newUser()
  const devices = await Promise.all(Array.from({ length: 20 }, () => small.signIn(user.email)))
  const answers = await Promise.all([user, ...devices].map(({ refreshToken }) => refreshWith(small, refreshToken)))
  t.equal(answers.filter((answer) => answer.statusCode === 200).length, 3)
  t.match(answers[0]?.json(), { code: 'session_ended', reason: 'evicted' })
})

t.test('only after its right password does a disabled account get 403', async (t) => {
  const user = await auth.newUser()
  await query(`update users set status = 'disabled' where id = $1`, [user.userId])
  const right = await login({ email: user.email })
  t.equal(right.statusCode, 403)
  t.equal(right.json().code, 'account_disabled')
  t.equal((await login({ email: user.email, password: 'wrong-wrong-wrong' })).json().code, 'invalid_credentials')
})

t.test('passwords are stored as argon2id, each with a salt of its own', async (t) => {
  const { rows } = await query('select password_hash from users')
  t.ok(rows.length > 2)
  for (const { password_hash } of rows) t.match(password_hash, /^\$argon2id\$v=19\$m=\d+,p=1,t=\d+\$[\w+/]{22,}\$/)
  t.equal(new Set(rows.map((row) => row.password_hash.split('$')[4])).size, rows.length)
})

t.test('raised hashing settings reach an account at its next sign-in, also when ten come at once', async (t) => {
  const user = await auth.newUser()
  const stronger = await startAuthService(t, { beside: auth, passwordHashing: { ...CHEAP_HASHING, memoryKiB: 2048 } })
  const body = { email: user.email, password: PASSWORD, delivery: 'body' }
  const responses = await Promise.all(Array.from({ length: 10 }, () => stronger.call('POST', '/auth/login', { body })))
  t.same([...new Set(responses.map((response) => response.statusCode))], [200])
  const { rows } = await query('select password_hash from users where id = $1', [user.userId])
  t.match(rows[0].password_hash, /m=2048,/)
  t.equal((await stronger.call('POST', '/auth/login', { body })).statusCode, 200)
})

t.test(
  'guessing is limited per account and address, and per address, but not for users who are signed in',
  async (t) => {
    const minute = { seconds: 60 }
    const guarded = await startAuthService(t, {
      beside: auth,
      redisPrefix: `${auth.environment.redisPrefix}guarded:`,
      passwordLimits: {
        accountFromNetwork: { failures: 5, ...minute },
        account: { failures: 8, ...minute },
        network: { failures: 12, ...minute },
      },
    })
    const owner = await guarded.newUser()
    const guess = (email: string, ip?: string) =>
      guarded.app.inject({
        method: 'POST',
        url: '/auth/login',
        payload: { email, password: 'wrong-wrong-wrong', delivery: 'body' },
        headers: { 'x-forwarded-for': `10.0.0.${Math.floor(Math.random() * 250)}` },
        remoteAddress: ip ?? '192.0.2.1',
      })
    const guesses = await Promise.all(Array.from({ length: 20 }, () => guess(owner.email)))
    const statuses = guesses.map((response) => response.statusCode)
    t.equal(statuses.filter((status) => status === 401).length, 5, 'five parallel guesses are answered, no more')
    const refused = guesses.find((response) => response.statusCode === 429)
    t.equal(refused?.json().code, 'too_many_requests')
    t.ok(Number(refused?.headers['retry-after']) > 0)

    t.equal((await refreshWith(guarded, owner.refreshToken)).statusCode, 200, 'the owner stays signed in')

    const spray = await Promise.all(Array.from({ length: 20 }, (_, n) => guess(`victim${n}@example.test`, '192.0.2.2')))
    t.equal(spray.filter((response) => response.statusCode === 401).length, 12)
    const neighbours = await Promise.all(
      Array.from({ length: 20 }, (_, n) => guess(`v6-victim${n}@example.test`, `2001:db8:0:1::${n.toString(16)}`)),
    )
    t.equal(neighbours.filter((response) => response.statusCode === 401).length, 12, 'a /64 is one address')
  },
)
