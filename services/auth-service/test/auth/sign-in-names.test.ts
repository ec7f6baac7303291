import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const ADMIN_PASSWORD = 'correct horse battery staple'
const auth = await startAuthService(t, {
  variables: {
    REGISTRATION: 'open',
    ADMIN_EMAIL: 'root@bücher.example',
    ADMIN_PASSWORD,
    INVITATION_DOMAINS: 'müller.example',
  },
})

const login = async (name: object) =>
  (await auth.call('POST', '/auth/login', { body: { ...name, password: PASSWORD, delivery: 'body' } })).statusCode

t.test('an outer space in a name means nobody else, and counts as no wrong guess', async (t) => {
  const { email, username } = await auth.newAccount()
  for (const name of [
    { email: `${email} ` },
    { email: ` ${email}` },
    { email: `\u00a0${email}\u3000` },
    { username: `${username} ` },
    { username: ` ${username}` },
    { email: `${email}\t` },
    { email: `\ufeff${email}\r\n` },
    { email: `\u200e${email}\u200b` },
    { username: `\u2068${username}\u2069\n` },
  ]) {
    t.equal(await login(name), 200, JSON.stringify(name))
  }
  t.equal(await login({ email: email.replace('@', ' @') }), 401, 'an inner one does')
  t.equal(await login({ email: email.replace('@', '\u200b@') }), 401, 'and so does an inner mark')
})

t.test('marks that show nothing come off an address that is stored, line ends do not', async (t) => {
  const register = (email: string, username: string) =>
    auth.call('POST', '/auth/register', { body: { email, username, password: PASSWORD } })
  t.equal((await register('\u200emark@example.com\u200b', '\u200bmark')).json().user?.email, 'mark@example.com')
  for (const email of ['line@example.com\n', 'li\u200bne@example.com', 'line@exam\u200bple.com']) {
    t.match((await register(email, 'line')).json(), { code: 'invalid_request', errors: [{ path: '/email' }] })
  }
})

t.test('an international domain is one address in either spelling, whoever typed it first', async (t) => {
  const register = (email: string, username: string) =>
    auth.call('POST', '/auth/register', { body: { email, username, password: PASSWORD } })
  const first = await register('ida@Müller.example ', 'ida.one')
  t.equal(first.statusCode, 201)
  t.equal(first.json().user.email, 'ida@xn--mller-kva.example', 'it is stored and shown as its A-label')
  for (const email of ['ida@müller.example', 'ida@xn--mller-kva.example', 'IDA@XN--MLLER-KVA.EXAMPLE']) {
    t.equal((await register(email, 'ida.two')).json().code, 'email_taken', email)
    t.equal(await login({ email }), 200, email)
  }
  const body = { email: 'root@bücher.example', password: ADMIN_PASSWORD, delivery: 'body' }
  const token = (await auth.call('POST', '/auth/login', { body })).json().accessToken
  for (const query of ['ida@müller.example', 'ida@xn--mller', 'IDA@MÜLLER.EXAMPLE']) {
    const found = await auth.call('GET', `/admin/users?query=${encodeURIComponent(query)}`, { token })
    t.equal(found.json().items.length, 1, `${query} is found`)
  }
  const local = await register('josé@example.com', 'jose')
  t.match(local.json(), {
    code: 'invalid_request',
    errors: [{ path: '/email', message: 'must be an e-mail address, with ASCII only before the @' }],
  })
})

t.test('ADMIN_EMAIL may have an international domain, and its owner signs in with either spelling', async (t) => {
  for (const email of ['root@bücher.example', 'root@xn--bcher-kva.example']) {
    const body = { email, password: ADMIN_PASSWORD, delivery: 'body' }
    t.equal((await auth.call('POST', '/auth/login', { body })).statusCode, 200, email)
  }
})
