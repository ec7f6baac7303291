import { type Random, sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import { createCluster, untilReady } from '../../cluster/cluster.ts'
import type { Account } from '../../driver/api.ts'
import { createRecorder } from '../../driver/recorder.ts'
import { probe } from '../../driver/revoked-set.ts'
import { createVerifierApi } from '../../driver/verifier-api.ts'
import { startRedisStore } from '../../store/start-store.ts'
import { type Step, usualSteps } from '../../wire/request-watch.ts'
import type { Scenario, ScenarioContext } from '../scenario.ts'
import { createLossLog, type LossLog } from './loss-log.ts'
import { type PrepareTrial, trials } from './trials.ts'
import { repeat, type Side, startWorker, type Worker } from './worker.ts'

/** In parallel, each with a replica of its own. */
const WORKERS = 2
/** So often a call is made with nothing lost, to learn its steps. */
const REHEARSALS = 3
/** Extra rounds for the most frequent call. */
const MORE_REFRESHES = 4
/** Keeps the devices of one user well below the limit. */
const TRIALS_PER_ACCOUNT = 4

/** The reply of Redis or of Postgres is lost after each single step of each call. */
export const lostReplies: Scenario = loseRepliesOf({
  name: 'lost-replies',
  calls: [...Object.keys(trials), ...Array<string>(MORE_REFRESHES).fill('refresh')],
})

/** @param calls names of {@link trials} */
export function loseRepliesOf({ name, calls }: { readonly name: string; readonly calls: readonly string[] }): Scenario {
  return {
    name,
    title: 'one reply of Redis or Postgres lost, at every step of every call',
    plan: { full: { runs: 4, seconds: 50 }, quick: { runs: 1, seconds: 12 } },
    checks: { ...DEFAULT_CHECKS, graceMs: 30_000 },

    async run(context) {
      const { scope, http, runs } = context
      scope.teardown(async () => http.close())
      const workers = await startWorkers(context)
      const log = createLossLog()
      for (const run of runs) {
        // The workers share the calls, and exchange their shares from run to run.
        await Promise.all(
          workers.map((worker, index) => {
            const share = calls.filter((_, place) => (place + run) % workers.length === index)
            return loseReplies(worker, share, run, log)
          }),
        )
      }
      await Promise.all(workers.map(probeAll))
      return { faults: log.count(), recoveryMs: log.recoveryMs, table: log.table() }
    },
  }
}

async function startWorkers(context: ScenarioContext): Promise<Worker[]> {
  const { scope, databases, http, history, random, topology } = context
  const store = await startRedisStore(scope, topology)
  const databaseUrl = await databases.create(`auth_lost_${topology}`)
  const cluster = createCluster({
    directory: databases.directory,
    databaseUrl,
    employeeDatabaseUrl: await databases.create(`employee_lost_${topology}`),
    redisUrl: store.url,
    grace: '30s',
  })
  const recorder = createRecorder(http, history)
  const employees = await cluster.start(scope, { service: 'employee-service', name: `lost-${topology}-employees` })
  await untilReady(http, employees)
  const verifier = createVerifierApi(recorder, employees)
  const common = { scope, http, cluster, recorder, verifier, store, databaseUrl }
  return Promise.all(
    Array.from({ length: WORKERS }, (_, index) => {
      const name = `lost-${topology}-auth-${index + 1}`
      return startWorker({ ...common, name, random: random.fork(`worker ${index + 1}`) })
    }),
  )
}

async function loseReplies(worker: Worker, calls: readonly string[], run: number, log: LossLog): Promise<void> {
  for (const call of calls) {
    const prepare = trials[call]
    if (prepare === undefined) continue
    const steps = await rehearse(worker, prepare)
    for (const side of ['redis', 'postgres'] as const) {
      log.addSteps(call, side, steps[side])
      for (const then of ['repeat', 'give up'] as const) {
        // Not by the worker's own choices: how many it makes depends on how often it has to ask again.
        const order = inOrderOf(worker.random.fork(`${run}/${call}/${side}/${then}`), steps[side])
        const experiment = { call, side, then, prepare, steps: order }
        await loseEachReply(worker, experiment, log)
      }
    }
  }
}

/** The steps of a call, in their order. */
async function rehearse(worker: Worker, prepare: PrepareTrial): Promise<Readonly<Record<Side, readonly Step[]>>> {
  const account = await worker.newAccount()
  const recorded: { redis: (readonly Step[])[]; postgres: (readonly Step[])[] } = { redis: [], postgres: [] }
  for (let n = 0; n < REHEARSALS; n++) {
    const trial = await prepare(worker, account)
    await worker.settle()
    const [endRedis, endPostgres] = [worker.watches.redis.record(), worker.watches.postgres.record()]
    await repeat(trial.attempt)
    recorded.redis.push(endRedis())
    recorded.postgres.push(endPostgres())
    await trial.conclude(true)
  }
  return { redis: usualSteps(recorded.redis), postgres: usualSteps(recorded.postgres) }
}

/** An order that the seed has chosen. */
const inOrderOf = (random: Random, steps: readonly Step[]): readonly Step[] =>
  steps
    .map((step) => ({ step, place: random.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ step }) => step)

type Experiment = {
  readonly call: string
  readonly side: Side
  /** What the caller does after 503. */
  readonly then: 'repeat' | 'give up'
  readonly prepare: PrepareTrial
  readonly steps: readonly Step[]
}

/** Loses the reply of each step, one in each trial. */
async function loseEachReply(
  worker: Worker,
  { call, side, then, prepare, steps }: Experiment,
  log: LossLog,
): Promise<void> {
  let account: Account | undefined
  for (const [count, step] of steps.entries()) {
    if (account === undefined || count % TRIALS_PER_ACCOUNT === 0) account = await worker.newAccount()
    const trial = await prepare(worker, account)
    await worker.settle()
    const loss = worker.watches[side].lose(step)
    const { status } = await trial.attempt()
    const wasLost = loss.wasLost()
    loss.cancel()
    log.add({ call, side, then, step, wasLost })
    if (status !== 503) {
      await trial.conclude(true)
    } else if (then === 'repeat') {
      const { operation, ms } = await repeat(trial.attempt)
      log.recoveryMs.push(ms)
      // 401 when a client revoked its own session: it is over, and the acknowledgement was lost.
      await trial.conclude(operation.status !== 401)
    } else {
      // As soon as anything works, the caller does something else instead.
      await repeat(() => worker.api.whoAmI('client', worker.admin))
      await trial.conclude(false)
    }
  }
}

/** Presents the tokens of all sessions, once every verifier must know of the revocations. */
async function probeAll({ api, verifier, revoked, survivors }: Worker): Promise<void> {
  await sleep(1500)
  for (const session of revoked.sessions) await probe(api, [verifier], session)
  for (const held of survivors) {
    await repeat(() => api.whoAmI('client', held))
    await verifier.employees('client', held)
    await repeat(async () => (await api.refresh('client', held)).operation)
  }
}
