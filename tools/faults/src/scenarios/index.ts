import { feedCut } from './feed-cut.ts'
import { fileRestored } from './file-restored.ts'
import { lateCommands } from './late-commands.ts'
import { lostReplies } from './lost-replies/lost-replies.ts'
import { mailOutage } from './mails/mail-outage.ts'
import { mails } from './mails/mails.ts'
import { offboarding } from './offboarding/offboarding.ts'
import { onboarding } from './onboarding/onboarding.ts'
import { redisKilled } from './redis-killed.ts'
import { replicaPromoted } from './replica-promoted.ts'
import type { Scenario } from './scenario.ts'

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  redisKilled('everysec'),
  redisKilled('always'),
  fileRestored,
  replicaPromoted,
  lostReplies,
  feedCut,
  lateCommands,
  offboarding,
  onboarding,
  mails,
  mailOutage,
]
