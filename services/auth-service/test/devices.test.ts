import { createAccessTokenSigner } from '@latchkey/access-token'
import t from 'tap'
import { ADMIN, refreshWith, type SignedIn, startAuthService } from './support/auth-service.ts'

const auth = await startAuthService(t)
const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
const adminToken: string = admin.json().accessToken
const asAdmin = (method: string, url: string, body?: object) =>
  auth.call(method, url, { token: adminToken, ...(body && { body }) })

t.test('people see their devices: name, readable user agent, address, times, and which one asks', async (t) => {
  const user = await auth.newUser()
  const userAgent =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'
  const login = await auth.call('POST', '/auth/login', {
    body: { email: user.email, password: 'violet-harbour-sings-7', delivery: 'body', deviceName: 'Work laptop' },
    headers: { 'user-agent': userAgent },
  })
  const response = await auth.call('GET', '/auth/sessions', { token: user.accessToken })
  t.equal(response.statusCode, 200)
  const { items, nextCursor } = response.json()
  t.equal(nextCursor, null)
  t.equal(items.length, 2)
  const laptop = items.find((item: { deviceId: string }) => item.deviceId === login.json().device.id)
  t.match(laptop, { deviceName: 'Work laptop', userAgent: 'Chrome 131 on Windows 10', ip: '127.0.0.1', current: false })
  const own = items.find((item: { deviceId: string }) => item.deviceId === user.deviceId)
  t.equal(own.current, true)
  for (const time of ['createdAt', 'lastSeenAt', 'expiresAt']) t.ok(Date.parse(laptop[time]) > 0, time)
  t.notMatch(response.body, /eyJ/)
})

t.test('a refresh moves last-seen, with the address it came from', async (t) => {
  const user = await auth.newUser()
  const before = (await auth.call('GET', '/auth/sessions', { token: user.accessToken })).json().items[0]
  await auth.app.inject({
    method: 'POST',
    url: '/auth/refresh',
    payload: { refreshToken: user.refreshToken },
    remoteAddress: '192.0.2.7',
  })
  const after = (await auth.call('GET', '/auth/sessions', { token: user.accessToken })).json().items[0]
  t.ok(after.lastSeenAt > before.lastSeenAt)
  t.equal(after.createdAt, before.createdAt)
  t.equal(after.ip, '192.0.2.7')
})

t.test('people end one of their devices, and no one else’s', async (t) => {
  const user = await auth.newUser()
  const lost = await auth.signIn(user.email)
  const stranger = await auth.newUser()
  const end = (deviceId: string, by: SignedIn) =>
    auth.call('DELETE', `/auth/sessions/${deviceId}`, { token: by.accessToken })
  t.equal((await end(lost.deviceId, stranger)).json().code, 'session_not_found')
  t.equal((await end(lost.deviceId, user)).statusCode, 204)
  t.equal((await end(lost.deviceId, user)).statusCode, 404)
  t.match((await refreshWith(auth, lost.refreshToken)).json(), { code: 'session_ended', reason: 'revoked_by_user' })
  t.equal((await auth.call('GET', '/auth/me', { token: lost.accessToken })).json().code, 'token_revoked')
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('an administrator ends one device of a user, and sees that it is gone', async (t) => {
  const user = await auth.newUser()
  const lost = await auth.signIn(user.email)
  const devices = `/admin/users/${user.userId}/sessions`
  t.equal((await asAdmin('GET', devices)).json().items.length, 2)
  t.equal((await asAdmin('DELETE', `${devices}/${lost.deviceId}`)).statusCode, 204)
  const again = await asAdmin('DELETE', `${devices}/${lost.deviceId}`)
  t.equal(again.statusCode, 404)
  t.equal(again.json().code, 'session_not_found')
  t.match((await refreshWith(auth, lost.refreshToken)).json(), { code: 'session_ended', reason: 'revoked_by_admin' })
  t.equal((await asAdmin('GET', devices)).json().items.length, 1)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('an administrator ends all devices of a user, whose older tokens are all void', async (t) => {
  const user = await auth.newUser()
  const devices = [user, await auth.signIn(user.email)]
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}/sessions`)).statusCode, 204)
  for (const device of devices) {
    t.match((await refreshWith(auth, device.refreshToken)).json(), {
      code: 'session_ended',
      reason: 'revoked_by_admin',
    })
  }
  const again = await auth.signIn(user.email)
  const claims = JSON.parse(Buffer.from(again.accessToken.split('.')[1] ?? '', 'base64url').toString())
  t.equal(claims.ver, 1)
})

t.test('disabling a user ends everything at once; enabling lets them sign in anew', async (t) => {
  const user = await auth.newUser()
  const url = `/admin/users/${user.userId}`
  const disabled = await asAdmin('PATCH', url, { status: 'disabled' })
  t.equal(disabled.statusCode, 200)
  t.equal(disabled.json().user.status, 'disabled')
  t.match((await refreshWith(auth, user.refreshToken)).json(), { code: 'session_ended', reason: 'account_disabled' })
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  await t.rejects(auth.signIn(user.email), /403/)
  t.equal((await asAdmin('PATCH', url, { status: 'disabled' })).statusCode, 200, 'repeating is safe')
  t.equal((await asAdmin('PATCH', url, { status: 'active' })).json().user.status, 'active')
  t.equal((await auth.signIn(user.email)).userId, user.userId)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 401, 'the old session stays ended')
})

t.test('roles given by an administrator reach the next refresh', async (t) => {
  const user = await auth.newUser()
  t.equal((await asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['user', 'hr'] })).statusCode, 200)
  const token = (await refreshWith(auth, user.refreshToken)).json().accessToken
  t.same(JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).roles, ['user', 'hr'])
})

t.test(
  'the last active administrator can be neither disabled nor demoted, also not by two who do it to each other',
  async (t) => {
    const { id } = admin.json().user
    for (const change of [{ status: 'disabled' }, { roles: ['user'] }]) {
      const response = await asAdmin('PATCH', `/admin/users/${id}`, change)
      t.equal(response.statusCode, 409)
      t.equal(response.json().code, 'last_admin')
    }
    const second = await auth.newUser()
    await asAdmin('PATCH', `/admin/users/${second.userId}`, { roles: ['admin'] })
    const secondToken = (await refreshWith(auth, second.refreshToken)).json().accessToken
    const responses = await Promise.all([
      asAdmin('PATCH', `/admin/users/${second.userId}`, { roles: ['user'] }),
      auth.call('PATCH', `/admin/users/${id}`, { token: secondToken, body: { roles: ['user'] } }),
    ])
    const statuses = responses.map((response) => response.statusCode).sort()
    t.equal(statuses[0], 200)
    t.ok([401, 403, 409].includes(statuses[1] ?? 0), 'the second is not an administrator any more, or the last one')
    // Whoever is left gives the first one their role back.
    if (responses[1]?.statusCode === 200) {
      await auth.call('PATCH', `/admin/users/${id}`, { token: secondToken, body: { roles: ['admin'] } })
    }
  },
)

t.test('users are found by part of address, name or user name, by status and role, page by page', async (t) => {
  const names = ['Zoë Quill', 'Zed Quill', 'Zara Quill', 'Zack 100%_Quill', 'Zita Quill']
  for (const [n, fullName] of names.entries()) {
    const email = `quill${n}@find.test`
    const body = { email, username: `Quill-${n}`, password: 'violet-harbour-sings-7', fullName }
    t.equal((await auth.call('POST', '/auth/register', { body })).statusCode, 201)
  }
  const find = async (query: string) => (await asAdmin('GET', `/admin/users?${query}`)).json()
  t.equal((await find('query=FIND.test')).items.length, 5)
  t.equal((await find('query=qUILL-3')).items.length, 1)
  t.equal((await find(`query=${encodeURIComponent('zoë q')}`)).items.length, 1)
  t.equal((await find(`query=${encodeURIComponent('100%_q')}`)).items.length, 1)
  t.equal((await find(`query=${encodeURIComponent('%')}`)).items.length, 1, 'a wildcard is a character')
  t.equal((await find('query=quill&role=admin')).items.length, 0)
  t.equal((await find('query=quill&status=disabled')).items.length, 0)

  const seen: string[] = []
  let cursor = ''
  do {
    const page = await find(`query=quill&limit=2${cursor && `&cursor=${cursor}`}`)
    t.ok(page.items.length <= 2)
    seen.push(...page.items.map((item: { username: string }) => item.username))
    cursor = page.nextCursor ?? ''
  } while (cursor)
  t.same(seen, ['Quill-4', 'Quill-3', 'Quill-2', 'Quill-1', 'Quill-0'])
  t.equal((await asAdmin('GET', '/admin/users?limit=0')).statusCode, 400)
  t.equal((await asAdmin('GET', '/admin/users?limit=101')).statusCode, 400)
  t.match((await asAdmin('GET', '/admin/users?cursor=bm9uZQ')).json(), { errors: [{ path: 'query/cursor' }] })
  t.equal((await asAdmin('GET', '/admin/users/01a1fa20-015f-71ab-bc02-c62fef8119a4')).json().code, 'user_not_found')
})

t.test('without the scope nothing under /admin answers, whatever a forged token claims', async (t) => {
  const user = await auth.newUser()
  const sign = createAccessTokenSigner({ ring: auth.config.tokens.accessKeys.current })
  const claims = JSON.parse(Buffer.from(user.accessToken.split('.')[1] ?? '', 'base64url').toString())
  const forged = sign({
    ...claims,
    roles: ['admin'],
    scope: 'users:read users:write sessions:read sessions:revoke audit:read',
  })
  const calls: [string, string, object?][] = [
    ['GET', '/admin/users'],
    ['GET', `/admin/users/${user.userId}`],
    ['PATCH', `/admin/users/${user.userId}`, { status: 'disabled' }],
    ['PATCH', `/admin/users/${user.userId}`, { roles: ['admin'] }],
    ['GET', `/admin/users/${user.userId}/sessions`],
    ['DELETE', `/admin/users/${user.userId}/sessions`],
    ['DELETE', `/admin/users/${user.userId}/sessions/${user.deviceId}`],
    ['GET', '/admin/audit'],
  ]
  for (const [method, url, body] of calls) {
    t.equal((await auth.call(method, url, { ...(body && { body }) })).statusCode, 401, `${method} ${url}`)
    for (const token of [user.accessToken, forged]) {
      const response = await auth.call(method, url, { token, ...(body && { body }) })
      t.equal(response.statusCode, 403, `${method} ${url}`)
      t.equal(response.json().code, 'insufficient_scope')
      t.match(response.headers['www-authenticate'], /error="insufficient_scope", scope="/)
    }
  }
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200, 'and nothing happened')
})

t.test('the audit trail tells who did what to whom, from where, when, and never a secret', async (t) => {
  const user = await auth.newUser()
  await auth.call('POST', '/auth/login', { body: { email: user.email, password: 'canary-wrong-password' } })
  const lost = await auth.signIn(user.email)
  const revocation = await asAdmin('DELETE', `/admin/users/${user.userId}/sessions/${lost.deviceId}`)
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { status: 'disabled' })
  const trail = async (query: string) => (await asAdmin('GET', `/admin/audit?${query}`)).json().items
  const events = await trail(`userId=${user.userId}&limit=100`)
  t.same(
    events.map((event: { type: string }) => event.type),
    [
      'session_ended',
      'user_disabled',
      'session_ended',
      'login_succeeded',
      'login_failed',
      'login_succeeded',
      'user_registered',
    ],
  )
  t.match(events[2], {
    actorId: admin.json().user.id,
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
  t.equal((await trail(`userId=${user.userId}&until=${encodeURIComponent(events[5].at)}`)).length, 1)
  t.equal((await trail(`userId=${user.userId}&since=${encodeURIComponent(events[4].at)}`)).length, 5)
  t.equal((await asAdmin('GET', '/admin/audit?type=nothing')).statusCode, 400)
  t.equal((await asAdmin('GET', '/admin/audit?since=yesterday')).statusCode, 400)
})

t.test('a theft is written down once, with the device it hit', async (t) => {
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
