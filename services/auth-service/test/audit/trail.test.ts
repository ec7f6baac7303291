import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const admin = await auth.signInAdmin()
const asAdmin = await administratorOf(auth)

t.test('the audit trail shows who did what to whom, from where and when, and never a secret', async (t) => {
  const user = await auth.newUser()
  await auth.call('POST', '/auth/login', { body: { email: user.email, password: 'canary-wrong-password' } })
  const lost = await auth.signIn(user.email)
  const revocation = await asAdmin('DELETE', `/admin/users/${user.userId}/sessions/${lost.deviceId}`)
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { status: 'disabled' })
  const trail = async (query: string) => (await asAdmin('GET', `/admin/audit?${query}`)).json().items
  const events = await trail(`userId=${user.userId}&limit=100`)
  t.same(
    events.map((event: { type: string }) => event.type),
    ['session_ended', 'user_disabled', 'session_ended', 'login_succeeded', 'login_failed', 'login_succeeded'],
  )
  t.match(events[2], {
    actorId: admin.userId,
    subjectId: user.userId,
    deviceId: lost.deviceId,
    ip: '127.0.0.1',
    outcome: 'success',
    requestId: revocation.headers['x-request-id'],
    details: { reason: 'revoked_by_admin' },
  })
  t.match(events[4], { type: 'login_failed', outcome: 'failure', actorId: null, details: { why: 'wrong_password' } })
  t.notMatch(JSON.stringify(events), /canary|violet-harbour|eyJ/)

  t.equal((await trail(`deviceId=${lost.deviceId}`)).length, 2)
  t.equal((await trail(`userId=${user.userId}&type=login_failed`)).length, 1)
  t.equal((await trail(`userId=${user.userId}&until=${encodeURIComponent(events[4].at)}`)).length, 1)
  t.equal((await trail(`userId=${user.userId}&since=${encodeURIComponent(events[4].at)}`)).length, 5)
  t.equal((await asAdmin('GET', '/admin/audit?type=nothing')).statusCode, 400)
  t.equal((await asAdmin('GET', '/admin/audit?since=yesterday')).statusCode, 400)
})

t.test('a theft is recorded once, with its device', async (t) => {
  const user = await auth.newUser()
  let ahead = 0
  const later = await startAuthService(t, { beside: auth, now: () => Date.now() + ahead })
  const second = (await refreshWith(later, user.refreshToken)).json().refreshToken
  await refreshWith(later, second)
  ahead = 31_000
  t.equal((await refreshWith(later, user.refreshToken)).json().code, 'token_reused')
  t.equal((await refreshWith(later, user.refreshToken)).json().code, 'session_ended')
  const events = (await asAdmin('GET', `/admin/audit?userId=${user.userId}&type=refresh_token_reuse`)).json().items
  t.equal(events.length, 1)
  t.match(events[0], { subjectId: user.userId, deviceId: user.deviceId, outcome: 'failure' })
})
