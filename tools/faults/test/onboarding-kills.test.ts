import { createRandom, createScope, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { createHttp } from '../src/driver/http.ts'
import { killAndCheck } from '../src/scenarios/onboarding/onboarding.ts'
import { onboardingTable } from '../src/scenarios/onboarding/onboarding-table.ts'
import { WINDOWS } from '../src/scenarios/onboarding/windows.ts'
import { sampleRuns } from '../src/scenarios/sample-runs.ts'

// Each trial restarts what it killed: on a slow machine that is minutes of work, and no wait.
t.setTimeout(900_000)

// Some windows, which the seed chooses; `npm run test:faults -- --scenario onboarding` goes through each of them twenty times.
const TRIALS = 4

t.test('who is invited comes in and who leaves stays out, whatever is killed or happens at once', async (t) => {
  const seed = Number(process.env.FAULTS_SEED ?? Math.trunc(performance.timeOrigin))
  const scope = createScope()
  t.teardown(() => scope.close())
  const http = createHttp()
  scope.teardown(async () => http.close())
  const random = createRandom(seed)
  const options = { scope, directory: temporaryDirectory(t, 'onboarding'), http, random, pairs: 1 }
  const outcomes = await killAndCheck(options, sampleRuns(random, WINDOWS, TRIALS))
  console.error(`seed ${seed}\n${onboardingTable(outcomes)}`)
  for (const { window, victim, wasHit, faults } of outcomes) {
    const title = `${window.name}, ${victim} killed (FAULTS_SEED=${seed})`
    t.ok(wasHit, title)
    t.same(faults, [], title)
  }
})
