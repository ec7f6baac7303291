import { createHash } from 'node:crypto'
import { testEnvironment } from '@latchkey/test-kit'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import t from 'tap'
import { inTable, toRateLimit } from '../../src/limits/guess-counter.ts'
import { createGuessLimiter, type Guess } from '../../src/limits/guess-limiter.ts'
import { createRedisDeadline } from '../../src/redis/redis-deadline.ts'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 150)
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31)
const RESERVED_MS = 5000
const HOUR_MS = 3_600_000

const environment = await testEnvironment(t)
const redis = new Redis(environment.redisUrl)
t.teardown(() => redis.quit())

let clock = 1_800_000_000_000
const options = {
  redis,
  keyPrefix: environment.redisPrefix,
  deadline: createRedisDeadline(redis),
  gate: { assertOpen() {} },
  now: () => clock,
}
const limiter = createGuessLimiter({ ...options, name: 'tested' })

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
const counter = (hash: string, field: string, failures: number, seconds: number) => ({
  hash,
  field,
  limit: toRateLimit(`${hash}-${failures}`, { failures, seconds }),
  isReset: true,
})
const right = async () => true
const wrong = async () => false

/** Everything that Redis holds of the limiter, or of one of its hashes: those of other tests may expire meanwhile. */
async function contents(hash = ''): Promise<Record<string, string>> {
  const keys = (await redis.keys(`${environment.redisPrefix}*${hash}*`)).sort()
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
  return Object.fromEntries(keys.map((key, n) => [key, dumps[n]?.toString('hex') ?? '']))
}

const WAITS = [0, 50, 900, 4_000, 6_000, 14_000, 30_000, 61_000]
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('begin' as const), who: fc.nat(2), from: fc.nat(1) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('wrong' as const, 'wrong' as const, 'right' as const, 'undecided' as const),
      which: fc.nat(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...WAITS) }) },
)

type Open = {
  readonly keys: string[]
  readonly beganAt: number
  readonly verdict: PromiseWithResolvers<boolean>
  readonly done: Promise<{ isRight?: boolean; error?: { statusCode?: number } }>
}
const QUOTA = { who: 4, network: 6 }
const WINDOW_MS = { who: 60_000, network: 20_000 }

let runs = 0
t.test(
  'random guesses: no window sees more wrong ones than its limit, and who is refused has reached one',
  async (t) => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const run = ++runs
      const startedAt = performance.now()
      const counted = new Map<string, number[]>()
      let open: Open[] = []
      const limitOf = (key: string) => (key.startsWith('who') ? ('who' as const) : ('network' as const))
      const guessOf = (who: string, network: string): Guess => [
        counter(`account:${run}`, who, QUOTA.who, WINDOW_MS.who / 1000),
        { ...counter(`network:${run}`, network, QUOTA.network, WINDOW_MS.network / 1000), isReset: false },
      ]
      /** @param factor how many windows back a wrong guess may count */
      const taken = (key: string, factor: number): number =>
        (counted.get(key) ?? []).filter((at) => at > clock - WINDOW_MS[limitOf(key)] * factor).length +
        open.filter(({ keys, beganAt }) => keys.includes(key) && beganAt + RESERVED_MS > clock).length

      async function begin(keys: [string, string]): Promise<void> {
        const isFull = (factor: number) => keys.some((key) => taken(key, factor) >= QUOTA[limitOf(key)])
        const [mustRefuse, mayRefuse] = [isFull(1), isFull(1.25)]
        const before = await contents()
        const verdict = Promise.withResolvers<boolean>()
        let hasBegun = (): void => {}
        const begun = new Promise<void>((resolve) => {
          hasBegun = resolve
        })
        const done = limiter
          .check([guessOf(...keys)], () => {
            hasBegun()
            return verdict.promise
          })
          .then((isRight) => ({ isRight }))
          .catch((error) => ({ error }))
        const refusal = await Promise.race([begun, done])
        if (refusal === undefined) {
          if (mustRefuse) throw new Error(`a guess above the limit of ${keys.join(' or ')} was admitted`)
          open.push({ keys, beganAt: clock, verdict, done })
          return
        }
        const error = 'error' in refusal ? refusal.error : undefined
        if (error?.statusCode !== 429) throw error
        if (!mayRefuse) throw new Error(`a guess below every limit of ${keys.join(' and ')} was refused`)
        const wait = error.retryAfterSeconds
        const { windowSeconds } = error.rateLimit
        if (!(wait >= 1 && wait <= windowSeconds)) throw new Error(`told to wait for ${wait} s of ${windowSeconds}`)
        const after = await contents()
        for (const [key, value] of Object.entries(after)) {
          // What had expired may be swept.
          if (before[key] === undefined || (before[key] !== value && !key.endsWith(':pending')))
            throw new Error(`a refusal wrote ${key}`)
        }
      }

      async function settle({ keys, beganAt, verdict, done }: Open, outcome: 'wrong' | 'right' | 'undecided') {
        const isHeld = beganAt + RESERVED_MS > clock
        if (outcome === 'undecided') verdict.reject(Object.assign(new Error('busy'), { statusCode: 503 }))
        else verdict.resolve(outcome === 'right')
        const { isRight, error } = await done
        const expected =
          outcome === 'wrong' && !isHeld ? undefined : { wrong: false, right: true, undecided: undefined }[outcome]
        if (isRight !== expected) throw error ?? new Error(`${outcome}, and the answer was ${isRight}`)
        if (isRight === undefined && error?.statusCode !== 503) throw error
        if (isRight === false) for (const key of keys) counted.set(key, [...(counted.get(key) ?? []), clock])
        if (isRight === true) counted.delete(keys[0] ?? '')
      }

      for (const each of steps) {
        if (each.kind === 'wait') clock += each.ms
        else if (each.kind === 'begin') await begin([`who ${each.who}`, `network ${each.from}`])
        else {
          const [chosen] = open.length > 0 ? open.splice(each.which % open.length, 1) : []
          if (chosen) await settle(chosen, each.kind)
        }
      }
      // A check that hangs is given up after a while by the real clock; a machine as slow as that proves nothing.
      fc.pre(performance.now() - startedAt < 1200)
      const left = open
      open = []
      for (const each of left) await settle(each, 'undecided')
      clock += 100_000
    })
    await fc.assert(property, { numRuns: RUNS, seed: SEED })
    t.ok(runs >= RUNS, `seed ${SEED}`)
  },
)

t.test('of 200 parallel wrong guesses exactly as many as the limit are checked', async (t) => {
  for (const judged of ['account:parallel', 'networks:7']) {
    const guess = [
      counter(judged, 'all', 100, 3600),
      { ...counter(`${judged}:wide`, 'all', 1000, 3600), isReset: false },
    ]
    let checked = 0
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        limiter
          .check([guess], async () => {
            checked++
            return false
          })
          .then(() => 401)
          .catch((error) => error.statusCode),
      ),
    )
    t.equal(checked, 100)
    t.equal(answers.filter((status) => status === 429).length, 100)
    t.equal(answers.filter((status) => status === 401).length, 100)
  }
})

t.test('the limit holds in every window, however the guesses are spread over it', async (t) => {
  const guess = [counter('account:spread', 'all', 100, 3600)]
  const admittedAt: number[] = []
  for (let n = 0; n < 400; n++) {
    await limiter.check([guess], wrong).then(
      () => admittedAt.push(clock),
      () => {},
    )
    // Most of them right before what would be the end of a window that began with the first.
    clock += n === 0 ? 3_500_000 : 2_000
  }
  const most = Math.max(
    ...admittedAt.map((at) => admittedAt.filter((other) => other > at - 3_600_000 && other <= at).length),
  )
  t.equal(most, 100)
})

t.test('five devices of an account have guesses of their own at once, and no sixth', async (t) => {
  const capacity = { fields: 5, whenFull: 'refuse' as const }
  const device = (n: number) => [{ ...counter('devices:ann', `device-${n}`, 3, 60), capacity }]
  const guess = (n: number, verify: () => Promise<boolean>) =>
    limiter.check([device(n)], verify).then(
      (isRight) => (isRight ? 200 : 401),
      (error) => error.statusCode,
    )
  t.same(await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => guess(n, wrong))), [401, 401, 401, 401, 401, 429, 429])
  t.equal(await guess(3, wrong), 401, 'one of the five')
  t.equal(await guess(3, right), 200)
  t.equal(await guess(6, wrong), 401, 'the right password made room')
  t.equal(await guess(3, wrong), 429)
  clock += 80_000
  t.same(await Promise.all([7, 8, 9, 10].map((n) => guess(n, right))), [200, 200, 200, 200])
  t.equal(await redis.exists(`${environment.redisPrefix}guess:{tested}:devices:ann`), 0, 'and nothing is left')
})

t.test('a second set of counters is tried where the first has no room', async (t) => {
  const own = [counter('devices:bob', 'laptop', 2, 60)]
  const anywhere = [counter('account:bob', 'all', 3, 60)]
  const guess = () =>
    limiter.check([own, anywhere], wrong).then(
      () => 401,
      (error) => error.rateLimit.name,
    )
  t.same([await guess(), await guess(), await guess(), await guess(), await guess()], [401, 401, 401, 401, 401])
  t.equal(await guess(), 'account:bob-3')
})

t.test('tables for strangers stay small, and keep what is guessed at most', async (t) => {
  const often = hashOf('guessed at often')
  const guessed = [
    { ...inTable('names', often), limit: toRateLimit('name', { failures: 50, seconds: 3600 }), isReset: true },
  ]
  for (let n = 0; n < 50; n++) await limiter.count(guessed)
  const names = toRateLimit('name', { failures: 100, seconds: 3600 })
  const size = async (): Promise<number> => {
    const keys = await redis.keys(`${environment.redisPrefix}guess:{tested}:*`)
    const tables = keys.filter((key) => /:(names|networks):\d+$/.test(key))
    const sizes = await Promise.all(tables.map((key) => redis.memory('USAGE', key)))
    return sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
  }
  const flood = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, i) =>
          limiter.count([
            { ...inTable('names', hashOf(`name ${n + i}`)), limit: names, isReset: true },
            { ...inTable('networks', hashOf(`network ${n + i}`)), limit: names, isReset: true },
          ]),
        ),
      )
    }
  }
  await flood(0, 12_000)
  const full = await size()
  await flood(12_000, 18_000)
  t.ok(full < 600_000, `${full} bytes`)
  t.ok((await size()) - full < 10_000, 'full is full')
  t.equal(await limiter.count(guessed).catch((error) => error.statusCode), 429)
})

t.test('a day is a window like any other', async (t) => {
  const daily = [counter('invitations:ann', 'all', 2, 24 * 3600)]
  const status = () =>
    limiter.count(daily).then(
      () => 200,
      (error) => error.statusCode,
    )
  t.equal(await status(), 200)
  clock += 5 * HOUR_MS
  t.same([await status(), await status()], [200, 429])
  clock += 20 * HOUR_MS
  t.same([await status(), await status()], [200, 429], 'the one of 20 hours ago still counts')
  await redis.del(`${environment.redisPrefix}guess:{tested}:invitations:ann`)
})

t.test('what is given back leaves room, and nothing else', async (t) => {
  const counters = [counter('invitations:bob', 'all', 3, 3600), counter('invitations:bob', 'mailbox', 3, 3600)]
  const before = await contents('invitations:bob')
  await limiter.count(counters)
  await limiter.giveBack(counters)
  t.same(await contents('invitations:bob'), before)
  await limiter.giveBack(counters)
  t.same(await contents('invitations:bob'), before, 'there is no credit')
  await limiter.count(counters)
  clock += HOUR_MS / 2
  await limiter.count(counters)
  await limiter.count(counters)
  await limiter.giveBack(counters)
  await limiter.count(counters)
  t.equal(await limiter.tryCount(counters), HOUR_MS / 2, 'the first of three has half an hour left')
  clock += HOUR_MS / 2
  t.equal(await limiter.tryCount(counters), 0)
})

t.test('keys of one limiter are in one cluster slot, and have an end', async (t) => {
  for (let n = 0; n < 60; n++) await limiter.check([[counter(`slot:${n}`, 'all', 3, 3600)]], wrong)
  const keys = await redis.keys(`${environment.redisPrefix}guess:*:slot:*`)
  t.ok(keys.length >= 60)
  const slots = await Promise.all(
    keys.map((key) => redis.cluster('KEYSLOT', key).catch(() => key.match(/\{[^}]+\}/)?.[0])),
  )
  t.equal(new Set(slots).size, 1)
  const ttls = await Promise.all(keys.map((key) => redis.pttl(key)))
  t.ok(ttls.every((ms) => ms > 0 && ms <= 3_600_000))
})
