import { createDatabase } from '@latchkey/database'
import { connectRedis, NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { refreshWith, startAuthService } from '../support/auth-service.ts'
import { claimsOf, forge } from '../support/tokens.ts'

const auth = await startAuthService(t)
const database = createDatabase<unknown>({
  url: auth.environment.databaseUrl,
  schema: auth.environment.schema,
  ...NO_HURRY,
})
t.teardown(() => database.close())

t.test('a token forged with the shared key opens nothing at auth-service, whatever it claims', async (t) => {
  const user = await auth.newUser()
  const noSession = forge(auth, user.accessToken, { sid: 'no-such-session' })
  t.equal((await auth.call('GET', '/auth/me', { token: noSession })).json().code, 'token_revoked')
  const olderVersion = forge(auth, user.accessToken, { ver: 1 })
  t.equal((await auth.call('GET', '/auth/me', { token: olderVersion })).json().code, 'token_revoked')
  const program = forge(auth, user.accessToken, { sid: undefined, did: undefined, ver: undefined, roles: undefined })
  t.equal((await auth.call('GET', '/auth/me', { token: program })).statusCode, 401)
  const promoted = forge(auth, user.accessToken, { roles: ['admin'], scope: 'profile users:write' })
  t.same(
    (await auth.call('GET', '/auth/me', { token: promoted })).json().user.roles,
    ['user'],
    'roles are those of the user',
  )
})

t.test('a role changed in Postgres reaches tokens with the next refresh', async (t) => {
  const user = await auth.newUser()
  await database.pool.query(`update users set roles = '{user,hr}' where id = $1`, [user.userId])
  const redis = connectRedis(auth.environment.redisUrl)
  await redis.hdel(`${auth.environment.redisPrefix}user:{${user.userId}}`, 'u')
  redis.disconnect()
  const token = (await refreshWith(auth, user.refreshToken)).json().accessToken
  const claims = claimsOf(token)
  t.same(claims.roles, ['user', 'hr'])
  t.equal(claims.scope, 'profile employees:read employees:write users:invite')
})

t.test('with ACCESS_TOKEN_PROFILE=minimal no name and no address is in the access token', async (t) => {
  const minimal = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_PROFILE: 'minimal' } })
  const { email } = await auth.newUser()
  const { accessToken } = await minimal.signIn(email)
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()
  t.notMatch(payload, /example\.test|username|email/)
})
