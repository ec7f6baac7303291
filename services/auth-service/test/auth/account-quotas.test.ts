import t from 'tap'
import { databaseOf, trailOf } from '../support/audit.ts'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const FEW = { failures: 3, seconds: 3600 }
const auth = await startAuthService(t, {
  accountQuotas: { 'profile-changes': FEW, 'password-changes': FEW, 'email-changes': FEW, 'sign-ins': FEW },
  variables: {
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'latchkey@example.test',
    PUBLIC_URL: 'http://localhost:3001',
  },
})
const replica = await startAuthService(t, { accountQuotas: { 'profile-changes': FEW }, beside: auth })
const trail = await trailOf(auth)
const db = databaseOf(t, auth)

type Response = Awaited<ReturnType<typeof auth.call>>

const faceOf = ({ statusCode, headers, json }: Response) => ({ statusCode, headers, code: json().code })
const limitedBy = (name: string) => ({
  statusCode: 429,
  code: 'too_many_requests',
  headers: {
    'retry-after': /^[1-9]\d*$/,
    'ratelimit-policy': `"${name}";q=3;w=3600`,
    ratelimit: new RegExp(`^"${name}";r=0;t=\\d+$`),
  },
})

t.test('changes of a profile are limited by account, at all replicas together, also in parallel', async (t) => {
  const { accessToken: token, userId } = await auth.newUser()
  const rename = (n: number) =>
    (n % 2 ? auth : replica).call('PATCH', '/auth/me', { token, body: { fullName: `Name ${n}` } })
  const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => rename(n)))
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 3)
  for (const answer of answers) if (answer.statusCode !== 200) t.match(faceOf(answer), limitedBy('profile-changes'))
  t.equal((await trail({ userId, type: 'user_updated' })).length, 3)
  const other = await auth.newUser()
  const body = { fullName: 'Somebody else' }
  t.equal((await auth.call('PATCH', '/auth/me', { token: other.accessToken, body })).statusCode, 200)
})

t.test('a profile that is as it was is answered without a write, however often', async (t) => {
  const { accessToken: token, userId } = await auth.newUser()
  await auth.call('PATCH', '/auth/me', { token, body: { fullName: 'Ann Lee' } })
  const rowOf = () => db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()
  const before = await rowOf()
  for (let n = 0; n < 10; n++) {
    const same = await auth.call('PATCH', '/auth/me', { token, body: n % 2 ? {} : { fullName: 'Ann Lee' } })
    t.equal(same.statusCode, 200)
    t.equal(same.json().user.fullName, 'Ann Lee')
  }
  t.same(await rowOf(), before)
  t.equal((await trail({ userId, type: 'user_updated' })).length, 1)
})

t.test('sign-ins with the right password are limited by account, and leave nothing beyond', async (t) => {
  const { email, id: userId } = await auth.newAccount()
  for (let n = 0; n < 3; n++) await auth.signIn(email)
  const body = { email, password: PASSWORD, delivery: 'body' }
  for (let n = 0; n < 3; n++) t.match(faceOf(await auth.call('POST', '/auth/login', { body })), limitedBy('sign-ins'))
  t.equal((await trail({ userId, type: 'login_succeeded' })).length, 3)
  const wrong = await auth.call('POST', '/auth/login', { body: { ...body, password: 'wrong-wrong-wrong' } })
  t.equal(wrong.statusCode, 401, 'a guesser learns nothing')
})

t.test('changes of the password and of the address are limited by account', async (t) => {
  const user = await auth.newUser()
  let token = user.accessToken
  let currentPassword = PASSWORD
  const change = (newPassword: string) =>
    auth.call('POST', '/auth/password', { token, body: { currentPassword, newPassword } })
  for (let n = 0; n < 3; n++) {
    const newPassword = `a heron walks over ${n} slow rivers`
    const changed = await change(newPassword)
    t.equal(changed.statusCode, 200)
    token = changed.json().accessToken
    currentPassword = newPassword
  }
  t.match(faceOf(await change('a heron walks over nine slow rivers')), limitedBy('password-changes'))
  const move = (n: number) =>
    auth.call('POST', '/auth/email', { token, body: { email: `new${n}-${user.email}`, currentPassword } })
  for (let n = 0; n < 3; n++) t.equal((await move(n)).statusCode, 202)
  t.match(faceOf(await move(3)), limitedBy('email-changes'))
})

t.test(
  'whoever knows the password has it checked so often an hour, and no more before the work of others',
  async (t) => {
    const service = await startAuthService(t, { beside: auth, passwordLimits: { checks: FEW } })
    const { accessToken: token, email } = await service.newUser()
    const change = (currentPassword: string) =>
      service.call('POST', '/auth/password', { token, body: { currentPassword, newPassword: PASSWORD } })
    const move = (currentPassword: string) =>
      service.call('POST', '/auth/email', { token, body: { email, currentPassword } })

    t.equal((await change(PASSWORD)).json().code, 'same_password')
    t.equal((await move(PASSWORD)).statusCode, 202, 'the address that the account has')
    t.equal((await change('wrong-wrong-wrong')).json().code, 'wrong_password', 'it counts elsewhere')
    t.equal((await change(PASSWORD)).json().code, 'same_password')
    for (const password of [PASSWORD, 'wrong-wrong-wrong']) {
      t.match(faceOf(await change(password)), limitedBy('password-checks'), 'before anything is checked')
      t.match(faceOf(await move(password)), limitedBy('password-checks'))
    }
    t.equal(
      (await service.call('POST', '/auth/login', { body: { email, password: PASSWORD, delivery: 'body' } })).statusCode,
      200,
    )
  },
)

t.test('a known device that signs in over and over is one like any other from then on', async (t) => {
  const service = await startAuthService(t, {
    beside: auth,
    passwordLimits: { signInsFromDevices: FEW },
    accountQuotas: { 'sign-ins': FEW },
  })
  const { email } = await service.newAccount()
  const login = (body: object = {}) =>
    service.call('POST', '/auth/login', { body: { email, password: PASSWORD, delivery: 'body', ...body } })
  const { deviceToken } = (await login()).json()
  for (let n = 0; n < 5; n++) t.equal((await login({ deviceToken })).statusCode, 200, String(n))
  t.match(faceOf(await login({ deviceToken })), limitedBy('sign-ins'))
  t.equal((await login({ deviceToken, password: 'wrong-wrong-wrong' })).statusCode, 401, 'a guesser learns nothing')
})
