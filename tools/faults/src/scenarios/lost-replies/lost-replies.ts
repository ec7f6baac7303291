import { setTimeout as delay } from 'node:timers/promises'
import { privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Account } from '../../driver/api.ts'
import { probe } from '../../driver/graveyard.ts'
import { hangUp } from '../../driver/http.ts'
import { createRecorder } from '../../driver/recorder.ts'
import { createVerifierApi } from '../../driver/verifier-api.ts'
import { createWorld, untilReady } from '../../world/world.ts'
import type { Scenario, Surroundings } from '../scenario.ts'
import { type Lane, openLane, repeat, type Side } from './lane.ts'
import { type PrepareTrial, trials } from './trials.ts'

/** Side by side, each with a replica to itself. */
const LANES = 2
/** No call takes more replies from one server. */
const MOST_REPLIES = 40
/** The call that there is most of. */
const MORE_REFRESHES = 4
/** Devices of one user, well below the limit. */
const TRIALS_PER_ACCOUNT = 4

/** After each single step of each call the answer of Redis or of Postgres gets lost. */
export const lostReplies: Scenario = {
  name: 'lost-replies',
  title: 'one reply of Redis or Postgres lost, at every step of every call',
  plan: { full: { runs: 4, seconds: 50 }, quick: { runs: 1, seconds: 12 } },
  checks: { ...DEFAULT_CHECKS, graceMs: 30_000 },

  async run(surroundings) {
    const { scope, runs } = surroundings
    scope.teardown(async () => hangUp())
    const lanes = await openLanes(surroundings)
    const losses: Losses = { count: 0, recoveryMs: [] }
    const names = [...Object.keys(trials), ...Array<string>(MORE_REFRESHES).fill('refresh')]
    for (const run of runs) {
      // The lanes share the calls between them, and change places from run to run.
      await Promise.all(
        lanes.map((lane, index) => {
          const share = names.filter((_, place) => (place + run) % lanes.length === index)
          return loseReplies(lane, share, losses)
        }),
      )
    }
    await Promise.all(lanes.map(lookAfter))
    return { faults: losses.count, recoveryMs: losses.recoveryMs }
  },
}

type Losses = { count: number; recoveryMs: number[] }

async function openLanes({ scope, databases, history, random }: Surroundings): Promise<Lane[]> {
  const redis = await privateRedis(scope)
  const databaseUrl = await databases.create('auth_lost')
  const world = createWorld({
    directory: databases.directory,
    databaseUrl,
    employeeDatabaseUrl: await databases.create('employee_lost'),
    redisUrl: redis.url,
    grace: '30s',
  })
  const recorder = createRecorder(history)
  const employees = await world.start(scope, { service: 'employee-service', name: 'lost-employees' })
  await untilReady(employees)
  const verifier = createVerifierApi(recorder, employees)
  const common = { scope, world, recorder, verifier, redisUrl: redis.url, databaseUrl }
  return Promise.all(
    Array.from({ length: LANES }, (_, index) => {
      const name = `lost-auth-${index + 1}`
      return openLane({ ...common, name, random: random.fork(name) })
    }),
  )
}

async function loseReplies(lane: Lane, names: readonly string[], losses: Losses): Promise<void> {
  for (const name of names) {
    const prepare = trials[name]
    if (prepare === undefined) continue
    for (const side of ['redis', 'postgres'] as const) {
      for (const then of ['repeat', 'give up'] as const) await loseEachReply(lane, { side, then, prepare }, losses)
    }
  }
}

type Experiment = {
  readonly side: Side
  /** What the caller does who was told 503. */
  readonly then: 'repeat' | 'give up'
  readonly prepare: PrepareTrial
}

/** Makes the call with its first reply lost, then with its second, until there is none left. */
async function loseEachReply(lane: Lane, { side, then, prepare }: Experiment, losses: Losses): Promise<void> {
  let account: Account | undefined
  for (let count = 1; count <= MOST_REPLIES; count++) {
    if (account === undefined || count % TRIALS_PER_ACCOUNT === 0) account = await lane.newAccount()
    const trial = await prepare(lane, account)
    const loss = lane.relays[side].loseReply(count)
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
      // 401 to somebody who ended their own session: it is over, and they were not told.
      await trial.conclude(operation.status !== 401)
    } else {
      // As soon as anything works, the caller does something else instead.
      await repeat(() => lane.api.whoAmI('client', lane.admin))
      await trial.conclude(false)
    }
  }
  throw new Error(`a call took more than ${MOST_REPLIES} replies of ${side}`)
}

/** When every verifier must know, looks at all sessions once more. */
async function lookAfter({ api, verifier, graveyard, survivors }: Lane): Promise<void> {
  await delay(1500)
  for (const grave of graveyard.graves) await probe(api, [verifier], grave)
  for (const held of survivors) {
    await api.whoAmI('client', held)
    await verifier.employees('client', held)
    await api.refresh('client', held)
  }
}
