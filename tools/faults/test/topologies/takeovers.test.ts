import t from 'tap'
import { redisKilled } from '../../src/scenarios/redis/redis-killed.ts'
import { primaryFrozen, replicaPromoted, replicaTakesOver } from '../../src/scenarios/redis/replica-promoted.ts'
import { shortRun, topologiesOfRun } from '../short-run.ts'

for (const topology of topologiesOfRun()) {
  for (const scenario of [redisKilled('everysec'), replicaPromoted, replicaTakesOver, primaryFrozen]) {
    await shortRun(t, scenario, topology)
  }
}
