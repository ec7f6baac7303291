import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)

t.test('an e-mail address and a user name are taken once, in any case of letters', async (t) => {
  const register = (email: string, username: string) =>
    auth.call('POST', '/auth/register', { body: { email, username, password: PASSWORD, fullName: 'Ann Lee' } })
  const created = await register('Ann@Example.test', 'Ann')
  t.equal(created.statusCode, 201)
  t.match(created.json().user, {
    email: 'Ann@Example.test',
    username: 'Ann',
    fullName: 'Ann Lee',
    roles: ['user'],
    status: 'active',
  })
  t.notMatch(created.body, /hash|argon2/)
  t.equal((await register('ann@example.TEST', 'other')).json().code, 'email_taken')
  t.equal((await register('other@example.test', 'aNN')).json().code, 'username_taken')
})

t.test('of parallel registrations of one address exactly one succeeds', async (t) => {
  const responses = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      auth.call('POST', '/auth/register', {
        body: { email: 'race@example.test', username: `racer${n}`, password: PASSWORD },
      }),
    ),
  )
  const statuses = responses.map((response) => response.statusCode).sort()
  t.same(statuses, [201, ...Array(9).fill(409)])
})

t.test('passwords are refused for length, commonness and likeness to their owner, never for composition', async (t) => {
  const register = (password: string) =>
    auth.call('POST', '/auth/register', {
      body: { email: 'marigold.peck@example.test', username: 'marigold-peck-77', password },
    })
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
