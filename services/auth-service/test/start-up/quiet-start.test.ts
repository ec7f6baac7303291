import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'

t.test('a start on a Redis in reach brings it up to date without a warning', async (t) => {
  const { logs } = await startAuthService(t)
  const messages = logs.lines().map(({ msg }) => msg)
  t.ok(messages.includes('Redis is up to date'))
  t.notOk(messages.includes('waiting for Redis'))
})
