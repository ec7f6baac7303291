import { eventually, privateRedis, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { tokenIn } from '../support/mailbox.ts'

const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const relay = await tcpRelay(t, redis.url)
const auth = await startAuthService(t, {
  environment: { ...environment, redisUrl: relay.url },
  variables: { REGISTRATION: 'open' },
})
const asAdmin = await administratorOf(auth)
const isReady = () => eventually(async () => (await auth.call('GET', '/health/ready')).statusCode === 200, 'ready')
/** Makes a call of which the session is opened, and the reply that says so is lost. */
async function callWithLostReply(url: string, body: object) {
  const { lost } = relay.loseReply({ to: 'user:{' })
  const response = await auth.once.call('POST', url, { body })
  await lost
  await isReady()
  return response
}

t.test('who registers and is signed in gets both or neither', async (t) => {
  for (let n = 0; n < 3; n++) {
    const body = { email: `r${n}@example.test`, username: `r${n}`, password: PASSWORD, delivery: 'body' }
    const failed = await callWithLostReply('/auth/register', body)
    t.equal(failed.statusCode, 503)
    t.ok(failed.headers['retry-after'])
    const { items } = (await asAdmin('GET', `/admin/users?query=r${n}@example`)).json()
    t.equal(items.length, 0)
    const repeated = await auth.call('POST', '/auth/register', { body })
    t.equal(repeated.statusCode, 201, 'the names are still free')
    const { accessToken: token } = repeated.json()
    t.equal((await auth.call('GET', '/auth/sessions', { token })).json().items.length, 1)
  }
})

t.test('who accepts an invitation gets account and session, or may use the link again', async (t) => {
  for (let n = 0; n < 3; n++) {
    const { user, invitation } = (await asAdmin('POST', '/admin/users', { email: `i${n}@example.test` })).json()
    const body = { token: tokenIn(invitation.link), password: PASSWORD, delivery: 'body' }
    t.equal((await callWithLostReply('/auth/invitations/accept', body)).statusCode, 503)
    t.equal((await asAdmin('GET', `/admin/users/${user.id}`)).json().user.status, 'invited')
    await t.rejects(auth.signIn(`i${n}@example.test`), /401/)
    const { accessToken: token } = (await auth.call('POST', '/auth/invitations/accept', { body })).json()
    t.equal((await auth.call('GET', '/auth/me', { token })).json().user.status, 'active')
  }
})
