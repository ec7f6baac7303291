import { clockSteps } from './clock-steps.ts'
import { herd } from './herd/herd.ts'
import { junk } from './junk.ts'
import { lostReplies } from './lost-replies/lost-replies.ts'
import { mailOutage } from './mails/mail-outage.ts'
import { mails } from './mails/mails.ts'
import { offboarding } from './offboarding/offboarding.ts'
import { onboarding } from './onboarding/onboarding.ts'
import { postgresScenarios } from './postgres/postgres-scenarios.ts'
import { emptiedInPlace, feedLost, shardEmptied } from './redis/data-lost.ts'
import { diskFull } from './redis/disk-full.ts'
import { feedCut } from './redis/feed-cut.ts'
import { fileRestored } from './redis/file-restored.ts'
import { lateCommands } from './redis/late-commands.ts'
import { clientsRefused, redisFull } from './redis/redis-full.ts'
import { redisKilled } from './redis/redis-killed.ts'
import { redisSlow } from './redis/redis-slow.ts'
import { primaryFrozen, replicaPromoted, replicaTakesOver } from './redis/replica-promoted.ts'
import type { Scenario } from './scenario.ts'

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  redisKilled('everysec'),
  redisKilled('always'),
  fileRestored,
  shardEmptied,
  emptiedInPlace,
  replicaPromoted,
  replicaTakesOver,
  primaryFrozen,
  lostReplies,
  feedCut,
  feedLost,
  lateCommands,
  redisSlow,
  redisFull,
  clientsRefused,
  diskFull('everysec'),
  diskFull('always'),
  ...postgresScenarios,
  clockSteps,
  herd,
  junk,
  offboarding,
  onboarding,
  mails,
  mailOutage,
]
