import { captureLogs, eventually, privatePostgres, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { configOf, startAuthService } from '../support/auth-service.ts'

const postgres = await privatePostgres(t)
const environment = { ...(await testEnvironment(t)), schema: 'public' }

function start(databaseUrl: string) {
  const logs = captureLogs()
  const overrides = { logStream: logs.stream, redisPrefix: environment.redisPrefix }
  return { logs, starting: buildApp(configOf({ ...environment, databaseUrl }), overrides) }
}

t.test('a wrong password ends the start at once; log and error name the setting and the step', async (t) => {
  const url = new URL(postgres.url)
  url.password = 'hunter2'
  const { logs, starting } = start(url.href)
  await t.rejects(starting, { message: /^DATABASE_URL: password authentication failed/, code: '28P01' })
  t.match(logs.lines(), [{ event: 'start_up_failed', step: 'prepare the database' }])
  t.notMatch(logs.text(), 'hunter2')
})

t.test('a Postgres that comes up late is waited for, and the log says at the first try why', async (t) => {
  await postgres.stop()
  const { logs, starting } = start(postgres.url)
  await eventually(() => logs.lines().length > 0)
  t.match(logs.lines(), [{ msg: 'waiting for Postgres', reason: /ECONNREFUSED/ }])
  await postgres.start()
  const app = await starting
  await app.close()
  await startAuthService(t, { environment: { ...environment, databaseUrl: postgres.url } })
})
