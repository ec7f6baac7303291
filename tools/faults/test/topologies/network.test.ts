import t from 'tap'
import { loseRepliesOf } from '../../src/scenarios/lost-replies/lost-replies.ts'
import { feedCut } from '../../src/scenarios/redis/feed-cut.ts'
import { redisFull } from '../../src/scenarios/redis/redis-full.ts'
import { shortRun, topologiesOfRun } from '../short-run.ts'

const lostReplies = loseRepliesOf({ name: 'lost-replies', calls: ['refresh', 'sign out'] })
for (const topology of topologiesOfRun()) {
  for (const scenario of [lostReplies, feedCut, redisFull]) await shortRun(t, scenario, topology)
}
