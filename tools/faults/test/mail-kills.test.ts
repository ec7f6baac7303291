import { createRandom, createScope, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { createHttp } from '../src/driver/http.ts'
import { killAndCheck, REPLICAS } from '../src/scenarios/mails/mails.ts'
import { mailsTable } from '../src/scenarios/mails/mails-table.ts'
import { startReplicas } from '../src/scenarios/mails/replicas.ts'
import { WINDOWS } from '../src/scenarios/mails/windows.ts'

// `npm run test:faults -- --scenario mails` kills twenty times in each window.
t.test('a mail leaves whichever step its worker is killed at, and none that was rolled back', async (t) => {
  const seed = Math.trunc(performance.timeOrigin)
  const scope = createScope()
  t.teardown(() => scope.close())
  const http = createHttp()
  scope.teardown(async () => http.close())
  const random = createRandom(seed)
  const directory = temporaryDirectory(t, 'mails')
  const replicas = await startReplicas({ scope, directory, http, random, count: REPLICAS })
  const runs = WINDOWS.map((_, index) => index + 1)
  const outcomes = await killAndCheck(replicas, runs, random)
  console.error(`seed ${seed}\n${mailsTable(outcomes)}`)
  for (const { window, wasKilled, faults } of outcomes) {
    t.ok(wasKilled, window.name)
    t.same(faults, [], window.name)
  }
})
