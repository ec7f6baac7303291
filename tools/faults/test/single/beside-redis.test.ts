import t from 'tap'
import { clockSteps } from '../../src/scenarios/clock-steps.ts'
import { herd } from '../../src/scenarios/herd/herd.ts'
import { junk } from '../../src/scenarios/junk.ts'
import { postgresLocked } from '../../src/scenarios/postgres/postgres-scenarios.ts'
import { diskFull } from '../../src/scenarios/redis/disk-full.ts'
import { shortRun } from '../short-run.ts'

for (const scenario of [herd, junk, postgresLocked, diskFull('everysec'), diskFull('always')]) {
  await shortRun(t, scenario, 'single')
}
await shortRun(t, clockSteps, 'single', 6)
