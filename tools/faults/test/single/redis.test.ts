import t from 'tap'
import { loseRepliesOf } from '../../src/scenarios/lost-replies/lost-replies.ts'
import { emptiedInPlace } from '../../src/scenarios/redis/data-lost.ts'
import { clientsRefused, redisFull } from '../../src/scenarios/redis/redis-full.ts'
import { redisSlow } from '../../src/scenarios/redis/redis-slow.ts'
import { shortRun } from '../short-run.ts'

const lostReplies = loseRepliesOf({ name: 'lost-replies', calls: ['refresh', 'sign out'] })
for (const scenario of [lostReplies, emptiedInPlace, redisFull, clientsRefused]) await shortRun(t, scenario, 'single')
await shortRun(t, redisSlow, 'single', 5)
