import { captureLogs } from '@latchkey/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { waitUntilReady } from '../src/index.ts'

function recorder() {
  const { stream, lines } = captureLogs()
  return { log: pino(stream), lines }
}

t.test('a dependency that comes up late is waited for, and the first cause is logged once', async (t) => {
  const { lines, log } = recorder()
  const cause = new Error('refused')
  let attempts = 0
  const probe = async () => {
    if (++attempts < 3) throw cause
    return 'up'
  }
  t.equal(await waitUntilReady('Postgres', log, probe), 'up')
  t.match(lines(), [{ err: { message: 'refused' }, msg: 'waiting for Postgres' }])
  t.equal(lines().length, 1)
})

t.test('a dependency that stays down ends the boot; the error names it and the cause', async (t) => {
  const cause = new Error('connect ECONNREFUSED')
  const waiting = waitUntilReady('Redis', recorder().log, () => Promise.reject(cause), { patienceMs: 100 })
  await t.rejects(waiting, {
    message: 'Redis could not be used within 0.1 s: connect ECONNREFUSED',
    code: 'DEPENDENCY_UNAVAILABLE',
    cause,
  })
})

t.test('what time does not cure is thrown at once', async (t) => {
  const { lines, log } = recorder()
  const fault = new Error('syntax error in a migration')
  const options = { isTemporary: (error: unknown) => error !== fault }
  await t.rejects(
    waitUntilReady('Postgres', log, () => Promise.reject(fault), options),
    fault,
  )
  t.same(lines(), [])
})
