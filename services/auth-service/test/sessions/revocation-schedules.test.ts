import { randomInt } from 'node:crypto'
import { createAccessTokenVerifier, createRefreshTokenSigner, createRefreshTokenVerifier } from '@latchkey/access-token'
import { isUnavailable as isPostgresUnavailable } from '@latchkey/database'
import { testEnvironment } from '@latchkey/test-kit'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import t from 'tap'
import { isRedisUnavailable } from '../../src/redis/redis-client.ts'
import { configOf } from '../support/auth-service.ts'
import { aftermathOf } from './revocation-schedules/aftermath.ts'
import { type Operation, tell } from './revocation-schedules/history.ts'
import { Play } from './revocation-schedules/play.ts'
import { startReplica } from './revocation-schedules/replicas.ts'
import { faultsOf } from './revocation-schedules/rules/index.ts'
import { DEVICE_LIMIT, type Schedule, schedules } from './revocation-schedules/schedule.ts'
import type { Stage } from './revocation-schedules/stage.ts'
import { createVerifierView } from './revocation-schedules/verifier-view.ts'

const RUNS = Number(process.env.SCHEDULE_RUNS ?? 150)
const SEED = Number(process.env.SCHEDULE_SEED ?? randomInt(2 ** 31))
/** Schedules under way at the same time, each with a user of its own. */
const LANES = Math.min(RUNS, Number(process.env.SCHEDULE_LANES ?? 8))
/** What went wrong once may need some tries to go wrong again while it is made smaller. */
const TRIES = 10

t.setTimeout(60_000 + RUNS * 100)
const environment = await testEnvironment(t)
const config = configOf(environment, { MAX_DEVICES_PER_USER: String(DEVICE_LIMIT) })
const replicas = [await startReplica(t, config, environment), await startReplica(t, config, environment)] as const
const feed = new Redis(environment.redisUrl)
t.teardown(async () => feed.disconnect())

/** Random consonants: good, and found to be so at once. */
const newPassword = (): string =>
  Array.from({ length: 16 }, () => 'bcdfghjklmnpqrstvwxz'.charAt(randomInt(20))).join('')

const password = newPassword()
let users = 0
const stage: Stage = {
  replicas,
  verifier: createVerifierView(feed, `${environment.redisPrefix}revocations`),
  verifyAccessToken: createAccessTokenVerifier({ ring: config.tokens.accessKeys.current, ...config.tokens }),
  verifyRefreshToken: createRefreshTokenVerifier({ ring: config.tokens.refreshKeys.current }),
  signRefreshToken: createRefreshTokenSigner({ ring: config.tokens.refreshKeys.current }),
  newPassword,
  newName: () => `user-${++users}`,
  firstPassword: { password, hash: await replicas[0].hasher.hash(password) },
}

let discarded = 0

const isUnanswered = ({ outcome }: Operation): boolean =>
  outcome.kind === 'failed' && (isPostgresUnavailable(outcome.error) || isRedisUnavailable(outcome.error))

async function play(schedule: Schedule): Promise<void> {
  const play = await Play.begin(stage)
  await play.run(schedule)
  const aftermath = await aftermathOf(play, replicas[0])
  await stage.verifier.catchUp()
  // What a machine that is too busy answered with 503 may have happened or not: such a play says nothing, and does not count.
  if (play.history.operations.some(isUnanswered)) {
    discarded++
    return
  }
  const faults = faultsOf(play.history, aftermath, stage.verifier)
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${tell(play.history)}\n`)
}

t.test(
  'no interleaving of refreshes, sign-ins and ends mints a token after a revocation was answered, or ends what it should not',
  async (t) => {
    // Where one lane finds something, the others leave it the machine while it makes that smaller.
    let found = false
    const lane = async (_: unknown, n: number): Promise<void> => {
      let tries = 1
      const property = fc.asyncProperty(schedules, async (schedule) => {
        if (found && tries === 1) return
        try {
          for (let n = 0; n < tries; n++) await play(schedule)
        } catch (error) {
          // Told at once: it may not go wrong again while it is made smaller.
          if (tries === 1) t.comment(`seed ${SEED + n}: ${error}`)
          found = true
          tries = TRIES
          throw error
        }
      })
      await fc.assert(property, { seed: SEED + n, numRuns: Math.ceil(RUNS / LANES) })
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    const played = Math.ceil(RUNS / LANES) * LANES
    t.ok(discarded < played / 10, `${played} schedules, seeds ${SEED} to ${SEED + LANES - 1}, ${discarded} discarded`)
  },
)
