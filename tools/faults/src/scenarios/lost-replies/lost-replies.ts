import { sleep } from '@latchkey/harness'
import { privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import { createCluster, untilReady } from '../../cluster/cluster.ts'
import type { Account } from '../../driver/api.ts'
import { createRecorder } from '../../driver/recorder.ts'
import { probe } from '../../driver/revoked-set.ts'
import { createVerifierApi } from '../../driver/verifier-api.ts'
import type { Scenario, ScenarioContext } from '../scenario.ts'
import { type PrepareTrial, trials } from './trials.ts'
import { repeat, type Side, startWorker, type Worker } from './worker.ts'

/** In parallel, each with a replica of its own. */
const WORKERS = 2
/** No call needs more replies from one server. */
const MOST_REPLIES = 40
/** Extra rounds for the most frequent call. */
const MORE_REFRESHES = 4
/** Keeps the devices of one user well below the limit. */
const TRIALS_PER_ACCOUNT = 4

/** The reply of Redis or of Postgres is lost after each single step of each call. */
export const lostReplies: Scenario = {
  name: 'lost-replies',
  title: 'one reply of Redis or Postgres lost, at every step of every call',
  plan: { full: { runs: 4, seconds: 50 }, quick: { runs: 1, seconds: 12 } },
  checks: { ...DEFAULT_CHECKS, graceMs: 30_000 },

  async run(context) {
    const { scope, http, runs } = context
    scope.teardown(async () => http.close())
    const workers = await startWorkers(context)
    const losses: Losses = { count: 0, recoveryMs: [] }
    const names = [...Object.keys(trials), ...Array<string>(MORE_REFRESHES).fill('refresh')]
    for (const run of runs) {
      // The workers share the calls, and exchange their shares from run to run.
      await Promise.all(
        workers.map((worker, index) => {
          const share = names.filter((_, place) => (place + run) % workers.length === index)
          return loseReplies(worker, share, losses)
        }),
      )
    }
    await Promise.all(workers.map(probeAll))
    return { faults: losses.count, recoveryMs: losses.recoveryMs }
  },
}

type Losses = { count: number; recoveryMs: number[] }

async function startWorkers({ scope, databases, http, history, random }: ScenarioContext): Promise<Worker[]> {
  const redis = await privateRedis(scope)
  const databaseUrl = await databases.create('auth_lost')
  const cluster = createCluster({
    directory: databases.directory,
    databaseUrl,
    employeeDatabaseUrl: await databases.create('employee_lost'),
    redisUrl: redis.url,
    grace: '30s',
  })
  const recorder = createRecorder(http, history)
  const employees = await cluster.start(scope, { service: 'employee-service', name: 'lost-employees' })
  await untilReady(http, employees)
  const verifier = createVerifierApi(recorder, employees)
  const common = { scope, http, cluster, recorder, verifier, redisUrl: redis.url, databaseUrl }
  return Promise.all(
    Array.from({ length: WORKERS }, (_, index) => {
      const name = `lost-auth-${index + 1}`
      return startWorker({ ...common, name, random: random.fork(name) })
    }),
  )
}

async function loseReplies(worker: Worker, names: readonly string[], losses: Losses): Promise<void> {
  for (const name of names) {
    const prepare = trials[name]
    if (prepare === undefined) continue
    for (const side of ['redis', 'postgres'] as const) {
      for (const then of ['repeat', 'give up'] as const) await loseEachReply(worker, { side, then, prepare }, losses)
    }
  }
}

type Experiment = {
  readonly side: Side
  /** What the caller does after 503. */
  readonly then: 'repeat' | 'give up'
  readonly prepare: PrepareTrial
}

/** Loses the first reply of the call, then the second, until it needs no more replies. */
async function loseEachReply(worker: Worker, { side, then, prepare }: Experiment, losses: Losses): Promise<void> {
  let account: Account | undefined
  for (let count = 1; count <= MOST_REPLIES; count++) {
    if (account === undefined || count % TRIALS_PER_ACCOUNT === 0) account = await worker.newAccount()
    const trial = await prepare(worker, account)
    const loss = worker.relays[side].loseReply({ number: count })
    const { status } = await trial.attempt()
    const wasLost = loss.wasLost()
    loss.cancel()
    if (!wasLost) return trial.conclude(true)
    losses.count++
    if (status !== 503) {
      await trial.conclude(true)
    } else if (then === 'repeat') {
      const { operation, ms } = await repeat(trial.attempt)
      losses.recoveryMs.push(ms)
      // 401 when a client revoked its own session: it is over, and the acknowledgement was lost.
      await trial.conclude(operation.status !== 401)
    } else {
      // As soon as anything works, the caller does something else instead.
      await repeat(() => worker.api.whoAmI('client', worker.admin))
      await trial.conclude(false)
    }
  }
  throw new Error(`a call took more than ${MOST_REPLIES} replies of ${side}`)
}

/** Presents the tokens of all sessions, once every verifier must know of the revocations. */
async function probeAll({ api, verifier, revoked, survivors }: Worker): Promise<void> {
  await sleep(1500)
  for (const session of revoked.sessions) await probe(api, [verifier], session)
  for (const held of survivors) {
    await api.whoAmI('client', held)
    await verifier.employees('client', held)
    await api.refresh('client', held)
  }
}
