import { createRandom, createScope, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { createHttp } from '../src/driver/http.ts'
import { killAndCheck } from '../src/scenarios/mails/mails.ts'
import { mailsTable } from '../src/scenarios/mails/mails-table.ts'
import { startReplicas } from '../src/scenarios/mails/replicas.ts'
import { WINDOWS } from '../src/scenarios/mails/windows.ts'
import { sampleRuns } from '../src/scenarios/sample-runs.ts'

// Each trial restarts what it killed: on a slow machine that is minutes of work, and no wait.
t.setTimeout(900_000)

// Half of the windows, which the seed chooses; `npm run test:faults -- --scenario mails` kills twenty times in each of them.
const TRIALS = WINDOWS.length / 2
const REPLICAS = 2

t.test('a mail leaves whichever step its worker is killed at, and none that was rolled back', async (t) => {
  const seed = Number(process.env.FAULTS_SEED ?? Math.trunc(performance.timeOrigin))
  const scope = createScope()
  t.teardown(() => scope.close())
  const http = createHttp()
  scope.teardown(async () => http.close())
  const random = createRandom(seed)
  const directory = temporaryDirectory(t, 'mails')
  const replicas = await startReplicas({ scope, directory, http, random, count: REPLICAS })
  const outcomes = await killAndCheck(replicas, sampleRuns(random, WINDOWS, TRIALS), random)
  console.error(`seed ${seed}\n${mailsTable(outcomes)}`)
  t.equal(outcomes.length, TRIALS)
  for (const { window, wasKilled, faults } of outcomes) {
    const title = `${window.name} (FAULTS_SEED=${seed})`
    t.ok(wasKilled, title)
    t.same(faults, [], title)
  }
})
