import t from 'tap'
import { emptiedInPlace, feedLost, shardEmptied } from '../../src/scenarios/redis/data-lost.ts'
import { fileRestored } from '../../src/scenarios/redis/file-restored.ts'
import { shortRun, topologiesOfRun } from '../short-run.ts'

for (const topology of topologiesOfRun()) {
  for (const scenario of [fileRestored, shardEmptied, emptiedInPlace, feedLost]) await shortRun(t, scenario, topology)
}
