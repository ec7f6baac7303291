import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { runOn } from '../support/run-command.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const { environment } = auth
const { pool, close } = createDatabase<unknown>({
  url: environment.databaseUrl,
  schema: environment.schema,
  ...NO_HURRY,
})
t.teardown(close)

const rolesOf = async (userId: string): Promise<string[]> =>
  (await asAdmin('GET', `/admin/users/${userId}`)).json().user.roles

/** Many accounts past passwords, of which nobody signs in. */
const insertMany = (count: number, status: string) =>
  pool.query(
    `insert into users (id, email, email_key, username, username_key, password_hash, roles, status)
     select gen_random_uuid(), name, name, name, name, '', '{user}', $2
     from (select $2 || n || '@many.example.test' as name from generate_series(1, $1) n) names`,
    [count, status],
  )

t.test('a role that there is not is refused, and those that there are named', async (t) => {
  t.match(await runOn(auth, ['grant-role', 'root', '--all']), {
    code: 2,
    printed: [],
    noted: /^There is no role root\. Roles: user, staff, hr, admin\./,
  })
})

t.test('one account gets a role, which its next refresh has; no session ends', async (t) => {
  const user = await auth.newUser()
  t.equal(claimsOf(user.accessToken).scope, 'profile')
  const granted = await runOn(auth, ['grant-role', 'staff', user.email.toUpperCase()])
  t.match(granted, { code: 0, printed: [user.email], noted: /^Got the role staff: 1\./ })
  const refreshed = await refreshWith(auth, user.refreshToken)
  t.match(claimsOf(refreshed.json().accessToken), { roles: ['user', 'staff'], scope: 'profile employees:read' })
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)

  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.userId}&type=role_changed`)).json()
  t.match(items, [
    {
      actorId: 'command-line:admin',
      subjectId: user.userId,
      requestId: null,
      ip: null,
      details: { source: 'command', before: { roles: ['user'] }, after: { roles: ['staff', 'user'] } },
    },
  ])
  t.equal(items.length, 1)

  const again = await runOn(auth, ['grant-role', 'staff', user.email])
  t.match(again, { code: 0, printed: [], noted: /^Got the role staff: 0\. Had it or more already: 1\./ })
  t.same(await rolesOf(user.userId), ['user', 'staff'])
})

t.test('the way back of a system without an administrator: somebody is made one', async (t) => {
  const user = await auth.newUser()
  t.equal((await runOn(auth, ['grant-role', 'admin', user.email])).code, 0)
  const token = (await refreshWith(auth, user.refreshToken)).json().accessToken
  t.equal((await auth.call('GET', '/admin/users', { token })).statusCode, 200)
})

t.test('an account that is not active, or not there, is refused by name of the reason', async (t) => {
  const user = await auth.newUser()
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { status: 'disabled' })
  t.match(await runOn(auth, ['grant-role', 'staff', user.email]), { code: 1, printed: [], noted: /is disabled/ })
  await insertMany(1, 'invited')
  const invited = await runOn(auth, ['grant-role', 'staff', 'invited1@many.example.test'])
  t.match(invited, { code: 1, noted: /is invited/ })
  t.match(await runOn(auth, ['grant-role', 'staff', 'x@example.test']), { code: 1, noted: /no account with this/ })
  t.same(await rolesOf(user.userId), ['user'])
  await pool.query(`delete from users where email like '%@many.example.test'`)
})

t.test(
  '--all reaches every active account, those aside that may do as much already; a dry run changes nobody',
  async (t) => {
    await insertMany(1200, 'active')
    await insertMany(3, 'disabled')
    await insertMany(2, 'invited')
    const hr = await auth.newUser()
    await asAdmin('PATCH', `/admin/users/${hr.userId}`, { roles: ['hr'] })
    const user = await auth.newUser()

    const dry = await runOn(auth, ['grant-role', 'staff', '--all', '--dry-run'])
    t.equal(dry.code, 0)
    t.same(await rolesOf(user.userId), ['user'])
    const all = await runOn(auth, ['grant-role', 'staff', '--all'])
    t.same(all.printed, dry.printed, 'whom the dry run named')
    t.equal(all.printed.length, 1201)
    t.match(all, {
      code: 0,
      noted: /Got the role staff: 1201\..*\n.*Disabled accounts.*: 4\.\nInvited accounts.*: 2\./,
    })
    t.same(await rolesOf(user.userId), ['user', 'staff'])
    t.same(await rolesOf(hr.userId), ['hr'])
    const { rows } = await pool.query(
      `select status, count(*)::int from users where 'staff' = any (roles) group by status`,
    )
    t.equal(rows.length, 1)
    t.match(await runOn(auth, ['grant-role', 'staff', '--all']), { code: 0, printed: [] })
    await pool.query(`delete from users where email like '%@many.example.test'`)
  },
)

t.test('who registered and proved no address gets a role by name alone', async (t) => {
  const stranger = await auth.newUser({ isSelfRegistered: true })
  const proved = await auth.newUser({ isSelfRegistered: true, isVerified: true })
  const noted = /Registered themselves and have not verified their address, left as they are: 1\./
  const dry = await runOn(auth, ['grant-role', 'staff', '--all', '--dry-run'])
  const all = await runOn(auth, ['grant-role', 'staff', '--all'])
  for (const { printed, noted: said } of [dry, all]) {
    t.ok(printed.includes(proved.email))
    t.notOk(printed.includes(stranger.email))
    t.match(said, noted)
  }
  t.same(await rolesOf(stranger.userId), ['user'])
  t.match(await runOn(auth, ['grant-role', 'staff', stranger.email]), { code: 0, printed: [stranger.email] })
  t.notMatch(await runOn(auth, ['grant-role', 'staff', '--all']), { noted })
})

t.test(
  'without Redis the change is made, exit code 3 says that it is not in effect, and repeating puts it in effect',
  async (t) => {
    const user = await auth.newUser()
    const args = ['grant-role', 'staff', user.email]
    const cutOff = await runOn(auth, args, { REDIS_URL: 'redis://127.0.0.1:1' })
    t.match(cutOff, { code: 3, printed: [user.email], noted: /Redis was not reached.*repeat the command/s })
    const before = await refreshWith(auth, user.refreshToken)
    t.equal(claimsOf(before.json().accessToken).scope, 'profile', 'Redis remembers the user as before')
    t.match(await runOn(auth, args, { REDIS_URL: undefined }), { code: 3, printed: [], noted: /REDIS_URL is not set/ })
    t.match(await runOn(auth, args), { code: 0, printed: [] })
    const after = await refreshWith(auth, before.json().refreshToken)
    t.equal(claimsOf(after.json().accessToken).scope, 'profile employees:read')
  },
)

t.test('a role of one’s own is given as a built-in one is, to one account and to all who may do less', async (t) => {
  await asAdmin('PUT', '/admin/scopes/payroll:read', { description: 'Read payslips' })
  await asAdmin('PUT', '/admin/roles/payroll', { description: 'Payroll', scopes: ['profile', 'payroll:read'] })
  await asAdmin('PUT', '/admin/roles/chief', {
    description: 'Chief',
    scopes: ['profile', 'payroll:read', 'audit:read'],
  })
  const user = await auth.newUser()
  const chief = await auth.newAccount({ roles: ['chief'] })
  t.match(await runOn(auth, ['grant-role', 'payroll', user.email]), {
    code: 0,
    printed: [user.email],
    noted: /^Got the role payroll: 1\./,
  })
  const refreshed = await refreshWith(auth, user.refreshToken)
  t.match(claimsOf(refreshed.json().accessToken), { roles: ['user', 'payroll'], scope: 'profile payroll:read' })

  const all = await runOn(auth, ['grant-role', 'payroll', '--all', '--dry-run'])
  t.notOk(all.printed.includes(user.email))
  t.notOk(all.printed.includes(chief.email), 'the role chief gives all of it')
})

t.test('a role that there is not is refused with exit code 2 and the names of those that there are', async (t) => {
  const user = await auth.newUser()
  for (const role of ['payrol', 'Payroll', 'payroll:read', 'toString', '']) {
    t.match(await runOn(auth, ['grant-role', role, user.email]), {
      code: 2,
      printed: [],
      noted: `There is no role ${role}. Roles: user, staff, hr, admin, chief, payroll.`,
    })
  }
  t.same(await rolesOf(user.userId), ['user'])
})

t.test('an account whose token would be too long with one role more keeps those that it has', async (t) => {
  const roles = Array.from({ length: 70 }, (_, n) => `a-role-with-a-long-name-no-${n + 10}`)
  for (const role of roles) await asAdmin('PUT', `/admin/roles/${role}`, { description: 'x', scopes: ['profile'] })
  const { id, email } = await auth.newAccount({ roles })
  const one = await runOn(auth, ['grant-role', 'payroll', email])
  t.match(one, { code: 1, printed: [], noted: /so many scopes that no access token holds the role payroll besides/ })
  for (const args of [['--all', '--dry-run'], ['--all']]) {
    const all = await runOn(auth, ['grant-role', 'payroll', ...args])
    t.notOk(all.printed.includes(email))
    t.match(all, { code: 0, noted: /one role more, left as they are: 1\./ })
  }
  t.same(await rolesOf(id), roles)
  const narrower = await asAdmin('PATCH', `/admin/users/${id}`, { roles: roles.slice(1) })
  t.equal(narrower.statusCode, 200, 'what is too long already may become shorter')
  const described = await asAdmin('PUT', `/admin/roles/${roles[0]}`, { description: 'y', scopes: [] })
  t.equal(described.statusCode, 200, 'and holds up no change of the policy')
})
