import { randomUUID } from 'node:crypto'
import { connectRedis, testEnvironment } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { createRedisDeadline } from '../../src/redis/redis-deadline.ts'
import { createRedisSessionCommands } from '../../src/sessions/redis-session-commands.ts'
import type { IssuedGeneration, SessionKey } from '../../src/sessions/session.ts'
import type { Rotation } from '../../src/sessions/session-commands.ts'
import { createSessionStore } from '../../src/sessions/session-store.ts'
import { configOf } from '../support/auth-service.ts'
import { snapshotRecordsOf } from '../support/snapshot-records.ts'
import { endByRenewal, expiryOf, type ModelSession, type ModelVerdict, openSession, present } from './rotation-model.ts'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1000)
const settings = { idleMs: 200_000, maxAgeMs: 900_000, graceMs: 30_000, maxDevicesPerUser: 20 }
const client = { ip: '127.0.0.1', userAgent: 'test', actorId: null, requestId: 'test' }

const environment = await testEnvironment(t)
const redis = connectRedis(environment.redisUrl)
t.teardown(() => redis.quit())

let clock = 1_000_000
const snapshot = {
  user: {
    id: 'u',
    email: 'a@example.test',
    username: 'a',
    fullName: null,
    roles: ['user' as const],
    status: 'active' as const,
    emailVerified: true,
    createdAt: new Date('2020-01-01T00:00:00.000Z'),
  },
  tokenVersion: 0,
}
const commands = createRedisSessionCommands({
  redis,
  limits: settings,
  snapshots: snapshotRecordsOf(configOf(environment), () => clock),
  deadline: createRedisDeadline(redis),
  keyPrefix: environment.redisPrefix,
  now: () => clock,
})
const store = createSessionStore(commands, async () => snapshot)

async function signIn(userId: string = randomUUID()): Promise<{ key: SessionKey; first: IssuedGeneration }> {
  const key = { userId, deviceId: 'device-1', sid: randomUUID() }
  const opening = await store.open({ ...key, delivery: 'body', deviceName: 'd', client, snapshot })
  if (opening.outcome !== 'opened') throw new Error('a first session ends none')
  return { key, first: opening.issued }
}

/** A refresh as the service does it: a verdict of theft ends the session. */
async function rotate(key: SessionKey, token: { generation: number; expiresAtMs: number }): Promise<Rotation> {
  const rotation = await store.rotate({ ...key, generation: token.generation, expiresAtMs: token.expiresAtMs }, client)
  if (rotation.outcome === 'reused') await store.end({ ...key, reason: 'token_reused' })
  return rotation
}

function verdictOf(rotation: Rotation): ModelVerdict {
  if ('issued' in rotation) return { outcome: rotation.outcome, generation: rotation.issued.generation }
  return rotation
}

/** Steps straddle the grace, the idle life and the absolute life. */
const pause = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 35_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 210_000 }) },
)

/** A session of the device, beside its model and what is known of its tokens. */
type Held = { readonly key: SessionKey; model: ModelSession; readonly expiries: Map<number, number> }

async function open(userId?: string): Promise<Held> {
  const { key, first } = await signIn(userId)
  return { key, model: openSession(clock), expiries: new Map([[1, first.expiresAtMs]]) }
}

/** What a change of password does: this session ends, and its client gets a new one on the device. */
async function renew(held: Held): Promise<Held> {
  held.model = endByRenewal(held.model, clock, settings)
  await store.end({ ...held.key, reason: 'password_changed', isRenewed: true })
  return open(held.key.userId)
}

async function presentToBoth(held: Held, back: number): Promise<void> {
  const generation = Math.max(1, held.model.current - back)
  const expiresAt = held.expiries.get(generation) ?? clock + settings.idleMs
  const [expected, next] = present(held.model, { generation, expiresAt }, clock, settings)
  const actual = await rotate(held.key, { generation, expiresAtMs: expiresAt })
  if (JSON.stringify(verdictOf(actual)) !== JSON.stringify(expected)) {
    throw new Error(
      `generation ${generation} at ${clock}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`,
    )
  }
  held.model = next
  if (!('issued' in actual)) return
  if (actual.issued.expiresAtMs !== expiryOf(next, settings)) throw new Error('expiry differs from the model')
  held.expiries.set(actual.issued.generation, actual.issued.expiresAtMs)
}

t.test('the script gives the verdict of the model for any token of any session at any time', async (t) => {
  const back = fc.integer({ min: -2, max: 6 })
  const action = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('refresh' as const), back }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('refresh before the change' as const), back }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('change of password' as const) }) },
  )
  const steps = fc.array(fc.record({ pause, action }), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      let held = await open()
      let before: Held | undefined
      for (const { pause, action } of steps) {
        clock += pause
        if (action.kind === 'refresh') await presentToBoth(held, action.back)
        else if (action.kind === 'refresh before the change') await presentToBoth(before ?? held, action.back)
        else [before, held] = [held, await renew(held)]
      }
    }),
    { numRuns: RUNS },
  )
  t.pass(`${RUNS} runs`)
})

t.test('the reasons that version 0.1.0 kept of ended sessions are read', async (t) => {
  const { key, first } = await signIn()
  const gone = { ...key, sid: randomUUID() }
  await redis.set(`${environment.redisPrefix}user:{${key.userId}}:ended:${gone.sid}`, 'password_changed')
  t.same(await rotate(gone, first), { outcome: 'ended', reason: 'password_changed' })
})

t.test(
  'an honest client whose requests are lost, repeated, delayed or sent in parallel is never signed out',
  async (t) => {
    // One round of a client: it sends `copies` of a refresh in parallel; of each the request or the answer may be lost, or the
    // request may reach the server while the client has long gone on without it, up to a grace after it was first answered.
    const fate = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: 'answered' as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'answer_lost' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'request_lost' as const }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('late' as const),
          by: fc.integer({ min: 1, max: settings.graceMs - 1 }),
        }),
      },
    )
    const round = fc.record({
      pause: fc.integer({ min: 0, max: 100_000 }),
      copies: fc.array(fate, { minLength: 1, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 15 }), async (rounds) => {
        const { key, first } = await signIn()
        const born = clock
        let held = first
        const underway: { at: number; token: IssuedGeneration }[] = []
        const answeredAt = new Map<number, number>()
        const arrive = async (token: IssuedGeneration, abandoned: boolean): Promise<IssuedGeneration | undefined> => {
          const rotation = await rotate(key, token)
          if ('issued' in rotation) {
            answeredAt.set(token.generation, rotation.issued.issuedAtMs)
            return rotation.issued
          }
          if (abandoned && rotation.outcome === 'superseded') return undefined
          throw new Error(`an honest client was refused: ${JSON.stringify(rotation)}`)
        }
        for (const { pause, copies } of rounds) {
          // A client that comes back before its session idles out; answers lost do not extend what it holds.
          const until = Math.min(clock + pause, held.expiresAtMs - 30_000, born + settings.maxAgeMs - 30_000)
          if (until < clock) return
          for (const late of underway.filter((request) => request.at <= until).sort((a, b) => a.at - b.at)) {
            clock = Math.max(clock, late.at)
            await arrive(late.token, true)
            underway.splice(underway.indexOf(late), 1)
          }
          clock = until
          const answers = await Promise.all(
            copies.map(async (fate) => {
              if (fate.kind === 'request_lost') return undefined
              if (fate.kind === 'late') {
                const latest = (answeredAt.get(held.generation) ?? clock) + settings.graceMs - 1
                underway.push({ at: Math.min(clock + fate.by, latest), token: held })
                return undefined
              }
              const answer = await arrive(held, false)
              return fate.kind === 'answered' ? answer : undefined
            }),
          )
          const received = answers.filter((answer) => answer !== undefined)
          if (new Set(received.map((answer) => answer.generation)).size > 1) throw new Error('parallel answers differ')
          held = received[0] ?? held
        }
      }),
      { numRuns: RUNS },
    )
    t.pass(`${RUNS} runs`)
  },
)

t.test(
  'of two holders of one token, once both have refreshed a grace apart, none outlives the next refresh of the first',
  async (t) => {
    const gap = fc.integer({ min: settings.graceMs + 1_000, max: 60_000 })
    const ownSteps = fc.integer({ min: 1, max: 3 })
    await fc.assert(
      fc.asyncProperty(gap, gap, ownSteps, ownSteps, async (gap1, gap2, firstSteps, secondSteps) => {
        const { key, first } = await signIn()
        const holders = [first, first]
        const refresh = async (who: 0 | 1): Promise<string> => {
          const token = holders[who]
          if (!token) throw new Error('no such holder')
          const rotation = await rotate(key, token)
          if ('issued' in rotation) holders[who] = rotation.issued
          return rotation.outcome
        }
        for (let n = 0; n < firstSteps; n++) await refresh(0)
        clock += gap1
        for (let n = 0; n < secondSteps; n++) await refresh(1)
        clock += gap2
        const [again, other] = [await refresh(0), await refresh(1)]
        const alive = [again, other].filter((outcome) => ['rotated', 'replayed', 'recovered'].includes(outcome))
        if (alive.length > 0) throw new Error(`still alive: ${again}, ${other}`)
        if ((await store.findLive(key)) !== undefined) throw new Error('the session outlived the theft')
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    )
    t.pass()
  },
)
