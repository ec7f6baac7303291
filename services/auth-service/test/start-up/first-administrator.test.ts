import { createDatabase } from '@latchkey/database'
import { SettingsError } from '@latchkey/service-kit/settings'
import { NO_HURRY, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { ADMIN, ADMIN_SETTINGS, administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { rebooting } from '../support/clients.ts'

const auth = await startAuthService(t, { variables: ADMIN_SETTINGS })
const database = createDatabase<unknown>({
  url: auth.environment.databaseUrl,
  schema: auth.environment.schema,
  ...NO_HURRY,
})
t.teardown(() => database.close())
const query = (sql: string) => database.pool.query(sql)

const login = (body: object) => auth.call('POST', '/auth/login', { body: { delivery: 'body', ...body } })

t.test('the first administrator can sign in, and a second start creates no other', async (t) => {
  await startAuthService(t, { beside: auth, variables: { ...ADMIN_SETTINGS, ADMIN_EMAIL: 'second@example.test' } })
  const response = await login(ADMIN)
  t.equal(response.statusCode, 200)
  t.same(response.json().user.roles, ['admin'])
  const { rows } = await query(`select email from users where 'admin' = any(roles)`)
  t.same(rows, [{ email: ADMIN.email }])
})

t.test('replicas that boot together on an empty schema all start, with one administrator', async (t) => {
  const environment = await testEnvironment(t)
  const { schema } = environment
  await Promise.all(Array.from({ length: 4 }, () => startAuthService(t, { environment, variables: ADMIN_SETTINGS })))
  const { rows } = await query(`select count(*)::int from ${schema}.users`)
  t.equal(rows[0].count, 1)
})

t.test('it counts as verified, and its creation is in the audit trail', async (t) => {
  const asAdmin = await administratorOf(auth)
  const { user } = (await asAdmin('GET', '/auth/me')).json()
  t.match(user, { username: 'admin', email: ADMIN.email, emailVerified: true })
  const { items } = (await asAdmin('GET', '/admin/audit?type=administrator_created')).json()
  t.match(items, [{ type: 'administrator_created', subjectId: user.id, actorId: null }])
})

/** The faults that a start names; it has to fail. */
async function faultsOf(start: Promise<unknown>): Promise<readonly { name: string; message: string }[]> {
  try {
    await start
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
  throw new Error('it started')
}

t.test('a password that is easy to guess stops the start, until there is an administrator', async (t) => {
  const { boot } = await rebooting(t)
  const guessable = { ADMIN_PASSWORD: 'Latchkey2026!!!!' }
  t.same(await faultsOf(boot(t, guessable)), [
    { name: 'ADMIN_PASSWORD', message: 'is too common or too easy to guess' },
  ])
  await boot(t, ADMIN_SETTINGS)
  await boot(t, guessable)
})

t.test('a first administrator that comes late is created, beside accounts with its user name or address', async (t) => {
  const { boot } = await rebooting(t)
  const before = await boot(t, { ADMIN_PASSWORD: '', REGISTRATION: 'open' })
  const register = (email: string, username: string) =>
    before.call('POST', '/auth/register', { body: { email, username, password: PASSWORD } })
  const stranger = await register('stranger@example.test', 'stranger')
  const { schema } = before.environment
  await query(`update ${schema}.users set username = 'admin', username_key = 'admin', username_look = 'admin'`)
  t.equal(stranger.statusCode, 201)
  t.equal((await register(ADMIN.email, 'squatter')).statusCode, 201)

  t.same(await faultsOf(boot(t, ADMIN_SETTINGS)), [
    { name: 'ADMIN_EMAIL', message: 'must be another address: an account that is no administrator has it' },
  ])
  const after = await boot(t, { ...ADMIN_SETTINGS, ADMIN_EMAIL: 'other@example.test' })
  const { user } = (
    await after.call('POST', '/auth/login', { body: { email: 'other@example.test', password: ADMIN.password } })
  ).json()
  t.match(user, { roles: ['admin'], username: /^admin-\d+$/ })
})
