import { parseKeyRing } from '@latchkey/access-token'
import t from 'tap'
import { PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)

t.test('no secret and no token reaches the log', async (t) => {
  const user = await auth.newUser()
  await refreshWith(auth, user.refreshToken)
  await auth.call('POST', '/auth/login', { body: { email: user.email, password: 'canary-wrong-password' } })
  await auth.call('GET', `/auth/me?access_token=${user.accessToken}`, { token: user.accessToken })
  await auth.call('POST', '/auth/refresh', { body: { refreshToken: user.accessToken } })
  const log = JSON.stringify(auth.logs.lines())
  t.ok(log.includes('/auth/refresh'))
  for (const secret of [PASSWORD, 'canary-wrong-password', user.refreshToken, user.accessToken])
    t.notOk(log.includes(secret))
  for (const { verifyWith: secret } of [
    ...auth.config.tokens.accessKeys.current().keys,
    ...parseKeyRing('x:refresh-refresh-refresh-refresh-refresh').keys,
  ]) {
    t.notOk(log.includes(secret))
  }
})
