import t from 'tap'
import { trailOf } from '../support/audit.ts'
import { ADMIN_SETTINGS, administratorOf, startAuthService } from '../support/auth-service.ts'

const SECRET = 'a-secret-of-payroll-that-is-long-enough'
const payroll = (...scopes: string[]) => ({
  SERVICE_CLIENTS: JSON.stringify([{ clientId: 'payroll', secret: SECRET, scopes }]),
})
const auth = await startAuthService(t, { variables: { ...ADMIN_SETTINGS, ...payroll('employees:read') } })
const trail = await trailOf(auth)
const asAdmin = await administratorOf(auth)

t.test('a change shows the changed members before and after, and nothing else', async (t) => {
  const user = await auth.newUser({ fullName: 'Before Hand' })
  const url = `/admin/users/${user.userId}`
  await asAdmin('PATCH', url, { fullName: 'After Wards', roles: ['user', 'hr'] })
  const [role, profile] = await trail({ userId: user.userId })
  t.match(role, { type: 'role_changed', subjectId: user.userId })
  t.same(role?.details, { changed: ['roles'], before: { roles: ['user'] }, after: { roles: ['hr', 'user'] } })
  t.match(profile, { type: 'user_updated' })
  t.same(profile?.details, {
    changed: ['fullName'],
    before: { fullName: 'Before Hand' },
    after: { fullName: 'After Wards' },
  })
  await asAdmin('PATCH', url, { status: 'disabled' })
  await asAdmin('PATCH', url, { status: 'active' })
  t.same(
    (await trail({ userId: user.userId })).slice(0, 3).map(({ type }) => type),
    ['user_enabled', 'session_ended', 'user_disabled'],
  )
})

t.test('a change that changes nothing leaves no entry', async (t) => {
  const user = await auth.newUser({ fullName: 'As Ever' })
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { fullName: 'As Ever', roles: ['user'] })
  await auth.call('PATCH', '/auth/me', { token: user.accessToken, body: { fullName: 'As Ever' } })
  t.same(
    (await trail({ userId: user.userId })).map(({ type }) => type),
    ['login_succeeded'],
  )
})

t.test('what the settings make has entries, and no request in them', async (t) => {
  const made = await trail({ userId: 'payroll' })
  t.same(
    made.map(({ type }) => type),
    ['client_secret_created', 'client_created'],
  )
  t.match(made[1], {
    actorId: null,
    ip: null,
    requestId: null,
    details: { scopes: ['employees:read'], source: 'settings' },
  })
  const [administrator] = await trail({ type: 'administrator_created' })
  t.match(administrator, { actorId: null, ip: null, details: { email: 'root@example.test', source: 'settings' } })

  const again = await startAuthService(t, { beside: auth, variables: payroll('employees:read', 'users:disable') })
  const [changed, ...before] = await (await trailOf(again))({ userId: 'payroll' })
  t.match(changed, { type: 'client_updated', details: { source: 'settings' } })
  t.match(changed?.details, {
    before: { scopes: ['employees:read'] },
    after: { scopes: ['employees:read', 'users:disable'] },
  })
  t.same(before, made)
})

t.test('an administrator who reads the devices of others leaves an entry; reading one’s own leaves none', async (t) => {
  const user = await auth.newUser()
  const admin = await auth.signInAdmin()
  const read = (userId: string) => auth.call('GET', `/admin/users/${userId}/sessions`, { token: admin.accessToken })
  t.equal((await read(user.userId)).statusCode, 200)
  t.equal((await read(admin.userId)).statusCode, 200)
  await auth.call('GET', '/auth/sessions', { token: user.accessToken })
  const entries = await trail({ type: 'sessions_viewed' })
  t.equal(entries.length, 1)
  t.match(entries[0], { actorId: admin.userId, subjectId: user.userId, outcome: 'success' })
})

t.test('the id of the caller stands beside our own, which no caller chooses; both are in the log', async (t) => {
  const user = await auth.newUser()
  const call = (id: string) =>
    auth.call('POST', '/auth/logout', { body: { refreshToken: user.refreshToken }, headers: { 'x-request-id': id } })
  const answer = await call('chosen-by-the-caller')
  t.equal(answer.headers['x-request-id'], 'chosen-by-the-caller')
  const [entry] = await trail({ userId: user.userId, type: 'session_ended' })
  t.equal(entry?.callerRequestId, 'chosen-by-the-caller')
  t.match(entry?.requestId, /^[0-9a-f]{18}-[0-9a-z]+$/)
  const line = auth.logs.lines().find(({ requestId }) => requestId === 'chosen-by-the-caller')
  t.equal(line?.ownRequestId, entry?.requestId)

  const insane = await call('not sane <at all>')
  const own = auth.logs.lines().find(({ requestId }) => requestId === insane.headers['x-request-id'])
  t.notHas(own, { ownRequestId: String })
})
