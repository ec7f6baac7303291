import { createDatabase } from '@latchkey/database'
import t from 'tap'
import { ADMIN, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const database = createDatabase<unknown>({ url: auth.environment.databaseUrl, schema: auth.environment.schema })
t.teardown(() => database.close())
const query = (sql: string) => database.pool.query(sql)

const login = (body: object) => auth.call('POST', '/auth/login', { body: { delivery: 'body', ...body } })

t.test('the first administrator can sign in, and a second start creates no other', async (t) => {
  await startAuthService(t, { beside: auth, variables: { ADMIN_EMAIL: 'second@example.test' } })
  const response = await login(ADMIN)
  t.equal(response.statusCode, 200)
  t.same(response.json().user.roles, ['admin'])
  const { rows } = await query(`select email from users where 'admin' = any(roles)`)
  t.same(rows, [{ email: ADMIN.email }])
})

t.test('replicas that boot together on an empty schema all start, with one administrator', async (t) => {
  const first = await startAuthService(t)
  const { schema } = first.environment
  await query(`drop schema ${schema} cascade; create schema ${schema}`)
  await Promise.all(Array.from({ length: 4 }, () => startAuthService(t, { beside: first })))
  const { rows } = await query(`select count(*)::int from ${schema}.users`)
  t.equal(rows[0].count, 1)
})
