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

t.test('pages go on where the one before ended, newest first, whatever is added on the way', async (t) => {
  const user = await auth.newUser()
  for (let n = 0; n < 6; n++) await auth.signIn(user.email)
  const pageAt = async (cursor: string | null) => {
    const more = cursor === null ? '' : `&cursor=${cursor}`
    return (await asAdmin('GET', `/admin/audit?userId=${user.userId}&limit=2${more}`)).json()
  }
  const walked: { id: string; at: string }[] = []
  let cursor: string | null = null
  do {
    const { items, nextCursor } = await pageAt(cursor)
    walked.push(...items)
    cursor = nextCursor
    await auth.signIn(user.email)
  } while (cursor !== null)
  t.equal(walked.length, 7)
  t.same(
    walked.map(({ id }) => id),
    walked
      .map(({ id }) => id)
      .sort()
      .reverse(),
  )
  t.same(
    walked.map(({ at }) => at),
    walked
      .map(({ at }) => at)
      .sort()
      .reverse(),
  )
})

for (const query of [
  'limit=0',
  'limit=101',
  'limit=two',
  'cursor=bm8tdXVpZA',
  'cursor=%00',
  'type=nothing',
  'type=login_failed&type=login_succeeded',
  'since=yesterday',
  'until=2026-02-30T00:00:00Z',
  'userId=',
  `deviceId=${'x'.repeat(201)}`,
  'user=x',
]) {
  t.test(`?${query.slice(0, 40)} is invalid, and the answer says where`, async (t) => {
    const response = await asAdmin('GET', `/admin/audit?${query}`)
    t.equal(response.statusCode, 400)
    t.match(response.json(), { code: 'invalid_request', errors: [{ path: /^query/ }] })
  })
}

t.test('the trail is for audit:read alone', async (t) => {
  const hr = await auth.newUser({ roles: ['hr'] })
  t.match((await auth.call('GET', '/admin/audit', { token: hr.accessToken })).json(), { code: 'insufficient_scope' })
  t.match((await auth.call('GET', '/admin/audit')).json(), { code: 'unauthenticated' })
})
