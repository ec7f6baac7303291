import { eventually, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { refusalsIn, trailOf } from '../support/audit.ts'
import { startAuthService } from '../support/auth-service.ts'

const environment = await testEnvironment(t)
const postgres = await tcpRelay(t, environment.databaseUrl)
const auth = await startAuthService(t, { environment: { ...environment, databaseUrl: postgres.url } })
const trail = await trailOf(auth)
const { accessToken, userId } = await auth.newUser()
const refuse = () => auth.call('GET', '/admin/users', { token: accessToken })
const warnings = () => auth.logs.lines().filter(({ msg }) => /refusals could not be written/.test(String(msg)))

t.test('without Postgres refusals are refusals still, and are in the trail once it is back', async (t) => {
  await postgres.refuse()
  for (let n = 0; n < 5; n++) t.equal((await refuse()).statusCode, 403)
  t.ok(await eventually(() => warnings().length > 0))
  // Tried again each second, and logged once.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  t.equal(warnings().length, 1)
  t.equal((await refuse()).statusCode, 403)

  await postgres.restore()
  const refusals = async () => refusalsIn(await trail({ userId, type: 'access_denied' }).catch(() => []))
  t.ok(await eventually(async () => (await refusals()) === 6))
})

t.test('a refusal is answered without waiting for Postgres', async (t) => {
  postgres.hang()
  t.teardown(() => postgres.restore())
  for (let n = 0; n < 5; n++) t.equal((await refuse()).statusCode, 403)
})
