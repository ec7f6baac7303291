import { randomInt } from 'node:crypto'
import { createAccessTokenVerifier, createRefreshTokenSigner, createRefreshTokenVerifier } from '@latchkey/access-token'
import { createDatabase, isUnavailable as isPostgresUnavailable, migrate } from '@latchkey/database'
import { connectRedis, NO_HURRY, testEnvironment } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { isRedisUnavailable } from '../../src/redis/redis-client.ts'
import { insertAccount } from '../../src/users/user-repository.ts'
import { configOf, databaseVariables } from '../support/auth-service.ts'
import type { Arrangement } from './revocation-schedules/arrange.ts'
import { faultsOf } from './revocation-schedules/assertions/index.ts'
import { finalStateOf } from './revocation-schedules/final-state.ts'
import { formatHistory, type Operation } from './revocation-schedules/history.ts'
import { startReplica } from './revocation-schedules/replicas.ts'
import { ScheduleRun } from './revocation-schedules/run.ts'
import { DEVICE_LIMIT, type Schedule, schedules } from './revocation-schedules/schedule.ts'
import { createVerifierView } from './revocation-schedules/verifier-view.ts'

const RUNS = Number(process.env.SCHEDULE_RUNS ?? 150)
const SEED = Number(process.env.SCHEDULE_SEED ?? randomInt(2 ** 31))
/** Schedules that run in parallel, each with a user of its own. */
const WORKERS = Math.min(RUNS, Number(process.env.SCHEDULE_WORKERS ?? 8))
/** A failure may need some tries to happen again while its schedule is shrunk. */
const TRIES = 10

t.setTimeout(120_000 + RUNS * 1000)
const environment = await testEnvironment(t)
const { schema } = environment
const migration = createDatabase<AuthSchema>({ url: environment.databaseUrl, schema, poolSize: 1, ...NO_HURRY })
await migrate({ db: migration.db, migrations, schema })
await migration.close()
const config = configOf(environment, {
  ...(await databaseVariables(t, environment)),
  MAX_DEVICES_PER_USER: String(DEVICE_LIMIT),
})
const replicas = [await startReplica(t, config, environment), await startReplica(t, config, environment)] as const
const feed = connectRedis(environment.redisUrl)
t.teardown(async () => feed.disconnect())

/** Random consonants: accepted, and quickly. */
const newPassword = (): string =>
  Array.from({ length: 16 }, () => 'bcdfghjklmnpqrstvwxz'.charAt(randomInt(20))).join('')

const password = newPassword()
let users = 0
const firstPassword = { password, hash: await replicas[0].hasher.hash(password) }
const { user: administrator } = await insertAccount(replicas[0].db, {
  email: 'administrator@example.test',
  username: 'administrator',
  fullName: null,
  passwordHash: firstPassword.hash,
  roles: ['admin'],
})
const arrangement: Arrangement = {
  replicas,
  verifier: createVerifierView(feed, `${environment.redisPrefix}revocations`),
  verifyAccessToken: createAccessTokenVerifier({ ring: config.tokens.accessKeys.current, ...config.tokens }),
  verifyRefreshToken: createRefreshTokenVerifier({ ring: config.tokens.refreshKeys.current }),
  signRefreshToken: createRefreshTokenSigner({ ring: config.tokens.refreshKeys.current }),
  newPassword,
  newName: () => `user-${++users}`,
  firstPassword,
  administratorId: administrator.id,
}

let discarded = 0

const isUnanswered = ({ outcome }: Operation): boolean =>
  outcome.kind === 'failed' &&
  (isPostgresUnavailable(outcome.error) || isRedisUnavailable(outcome.error) || is503(outcome.error))

/** Of a deadline within a call. */
const is503 = (error: unknown): boolean => error instanceof Error && 'statusCode' in error && error.statusCode === 503

/** How often a schedule begins, until each of its calls is answered. */
const ATTEMPTS = 4

// A call that a busy machine answered with 503 may have taken effect or not: such a run proves nothing, and begins again.
async function runSchedule(schedule: Schedule): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const run = await ScheduleRun.begin(arrangement)
    await run.run(schedule)
    const finalState = await finalStateOf(run, replicas[0])
    await arrangement.verifier.catchUp()
    if (run.history.operations.some(isUnanswered)) continue
    const faults = faultsOf(run.history, finalState, arrangement.verifier)
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${formatHistory(run.history)}\n`)
    return
  }
  discarded++
}

t.test(
  'no interleaving of refreshes, sign-ins and ends mints a token after a revocation was answered, or ends what it should not',
  async (t) => {
    // Once a worker has found a failure, the others leave it the machine while it shrinks the schedule.
    let found = false
    const runWorker = async (_: unknown, n: number): Promise<void> => {
      let tries = 1
      const property = fc.asyncProperty(schedules, async (schedule) => {
        if (found && tries === 1) return
        try {
          for (let n = 0; n < tries; n++) await runSchedule(schedule)
        } catch (error) {
          // Reported at once: it may not happen again while the schedule is shrunk.
          if (tries === 1) t.comment(`seed ${SEED + n}: ${error}`)
          found = true
          tries = TRIES
          throw error
        }
      })
      await fc.assert(property, { seed: SEED + n, numRuns: Math.ceil(RUNS / WORKERS) })
    }
    await Promise.all(Array.from({ length: WORKERS }, runWorker))
    const count = Math.ceil(RUNS / WORKERS) * WORKERS
    t.ok(discarded < count / 10, `${count} schedules, seeds ${SEED} to ${SEED + WORKERS - 1}, ${discarded} discarded`)
  },
)
