import { randomUUID } from 'node:crypto'
import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t, { variables: { REGISTRATION: 'open' } })
const asAdmin = await administratorOf(auth)
const { databaseUrl: url, schema } = auth.environment
const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
t.teardown(close)

const register = (username: string) =>
  auth.call('POST', '/auth/register', {
    body: { email: `${randomUUID()}@example.test`, username, password: PASSWORD },
  })
const other = await auth.newUser()
const rename = (username: string) => auth.call('PATCH', '/auth/me', { token: other.accessToken, body: { username } })
const renameOther = (username: string) => asAdmin('PATCH', `/admin/users/${other.userId}`, { username })

/** Whoever sets it, the rule is one. */
const setters = { registration: register, 'its owner': rename, 'an administrator': renameOther }

t.test('a user name that may be mistaken for another is refused, whoever sets it', async (t) => {
  for (const [who, set] of Object.entries(setters)) {
    for (const username of ['p\u0430ypal', 'ann\u034f', 'administrator', '.', 'no-reply']) {
      const response = await set(username)
      t.equal(response.statusCode, 400, `${who}: ${JSON.stringify(username)}`)
      t.match(response.json(), { code: 'invalid_request', errors: [{ path: '/username' }] })
    }
  }
})

t.test('a user name in another alphabet that looks like one that is taken is taken, whoever sets it', async (t) => {
  t.equal((await register('capa')).statusCode, 201)
  t.equal((await register('СОРА')).statusCode, 201)
  for (const [who, set] of Object.entries(setters)) {
    for (const username of ['сара', 'СаРа', 'copa']) {
      t.match((await set(username)).json(), { status: 409, code: 'username_taken' }, `${who}: ${username}`)
    }
  }
  t.equal((await register('сарай')).statusCode, 201, 'й is like no Latin letter')
  t.equal((await register('capa1')).statusCode, 201)
})

t.test('an account keeps a name of before these rules, and signs in with it', async (t) => {
  const user = await auth.newUser()
  const username = 'b\u043eb'
  t.equal((await register('bob')).statusCode, 201)
  await db
    .updateTable('users')
    .set({ username, username_key: username, username_look: null })
    .where('id', '=', user.userId)
    .execute()
  const login = await auth.call('POST', '/auth/login', { body: { username, password: PASSWORD, delivery: 'body' } })
  t.equal(login.statusCode, 200)
  const change = (body: object) => auth.call('PATCH', '/auth/me', { token: login.json().accessToken, body })
  t.equal((await change({ fullName: 'Bob', username })).json().user.fullName, 'Bob')
  t.equal((await asAdmin('PATCH', `/admin/users/${user.userId}`, { fullName: 'Rob', username })).statusCode, 200)
  t.equal((await change({ username: `${username}2` })).statusCode, 400)
  t.equal((await change({ username: 'bob' })).statusCode, 409)
  t.equal((await change({ username: 'rob' })).statusCode, 200)
})
