import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, TRUST_PROXY: '127.0.0.1', REGISTRATION: 'open' },
})
const asAdmin = await administratorOf(auth)

const NETWORK = '203.0.113.7'
const from = (address: string, url: string, body: object, token?: string) =>
  auth.call('POST', url, { body, headers: { 'x-forwarded-for': address }, ...(token && { token }) })

t.test('one network presents 300 links an hour that open nothing; those that open something always do', async (t) => {
  const token = 'x'.repeat(43)
  const calls = {
    '/auth/invitations/accept': { token, password: PASSWORD },
    '/auth/verification/confirm': { token },
    '/auth/verification/decline': { token },
    '/auth/email/confirm': { token },
    '/auth/email/undo': { token },
    '/auth/password/reset': { token, password: PASSWORD },
  }
  for (let n = 0; n < 50; n++) {
    for (const [url, body] of Object.entries(calls)) {
      t.equal((await from(NETWORK, url, body)).json().code, 'invalid_link')
    }
  }
  for (const [url, body] of Object.entries(calls)) {
    const refused = await from(NETWORK, url, body)
    t.equal(refused.statusCode, 429, url)
    t.ok(Number(refused.headers['retry-after']) > 3000, url)
    t.match(refused.headers['ratelimit-policy'], '"links";q=300;w=3600')
    t.equal((await from('203.0.113.8', url, body)).statusCode, 400, 'from elsewhere')
  }

  await asAdmin('POST', '/admin/users', { email: 'invited@example.test' })
  const accepted = await from(NETWORK, '/auth/invitations/accept', {
    token: await mailbox.nextToken('invited@example.test'),
    password: PASSWORD,
    delivery: 'body',
  })
  t.equal(accepted.statusCode, 200)

  const user = await auth.newUser()
  t.equal((await from(NETWORK, '/auth/verification', {}, user.accessToken)).statusCode, 202)
  const verification = { token: await mailbox.nextToken(user.email) }
  t.equal((await from(NETWORK, '/auth/verification/confirm', verification, user.accessToken)).statusCode, 204)
  const change = { email: 'changed@example.test', currentPassword: PASSWORD }
  t.equal((await from(NETWORK, '/auth/email', change, user.accessToken)).statusCode, 202)
  const confirmation = { token: await mailbox.nextToken(change.email) }
  t.equal((await from(NETWORK, '/auth/email/confirm', confirmation, user.accessToken)).statusCode, 204)
  t.equal((await from(NETWORK, '/auth/email/undo', { token: await mailbox.nextToken(user.email) })).statusCode, 204)
  const reset = { token: await mailbox.nextToken(user.email), password: 'a heron walks over nine slow rivers' }
  t.equal((await from(NETWORK, '/auth/password/reset', reset)).statusCode, 204)

  const stranger = { email: 'stranger@example.test', username: 'stranger', password: PASSWORD }
  t.equal((await from(NETWORK, '/auth/register', stranger)).statusCode, 201)
  const declined = { token: await mailbox.nextToken(stranger.email) }
  t.equal((await from(NETWORK, '/auth/verification/decline', declined)).statusCode, 204)
})

t.test('a link that is good and a password that is not count for nothing', async (t) => {
  await asAdmin('POST', '/admin/users', { email: 'hesitant@example.test' })
  const token = await mailbox.nextToken('hesitant@example.test')
  const weak = { token, password: 'aaaaaaaaaaaaaaaaaaaa', delivery: 'body' }
  for (let n = 0; n < 2; n++) {
    t.equal((await from(NETWORK, '/auth/invitations/accept', weak)).json().code, 'invalid_request')
  }
  t.equal((await from(NETWORK, '/auth/invitations/accept', { ...weak, password: PASSWORD })).statusCode, 200)
})

t.test('one network asks for 300 links of verification an hour, for all accounts together', async (t) => {
  const { accessToken } = await auth.newUser({ isVerified: true })
  const ask = (address: string) => from(address, '/auth/verification', {}, accessToken)
  for (let n = 0; n < 300; n++) {
    const { statusCode } = await ask('203.0.113.9')
    if (statusCode !== 202) t.fail(`request ${n} answered ${statusCode}`)
  }
  t.equal((await ask('203.0.113.9')).statusCode, 429)
  t.equal((await ask('203.0.113.10')).statusCode, 202, 'from elsewhere')
})
