import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t, {
  variables: { REGISTRATION: 'open', ADMIN_EMAIL: 'root@bücher.example', INVITATION_DOMAINS: 'müller.example' },
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
  ]) {
    t.equal(await login(name), 200, JSON.stringify(name))
  }
  t.equal(await login({ email: email.replace('@', ' @') }), 401, 'an inner one does')
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
  const local = await register('josé@example.com', 'jose')
  t.match(local.json(), {
    code: 'invalid_request',
    errors: [{ path: '/email', message: 'must be an e-mail address, with ASCII only before the @' }],
  })
})

t.test('ADMIN_EMAIL may have an international domain, and its owner signs in with either spelling', async (t) => {
  for (const email of ['root@bücher.example', 'root@xn--bcher-kva.example']) {
    const body = { email, password: 'correct horse battery staple', delivery: 'body' }
    t.equal((await auth.call('POST', '/auth/login', { body })).statusCode, 200, email)
  }
})
