import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import pLimit from 'p-limit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import type { Violation } from '../checker/violation.ts'
import { createHttp, type Http } from '../driver/http.ts'
import { clock, type Operation } from '../history/history-record.ts'
import { startRedisStore } from '../store/start-store.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

/** In each run; twenty runs are a million. */
const REQUESTS = 50_000
const FEW = 4000
const AT_ONCE = 64
const UNKNOWN_NAME_SHARE = 0.02
/** A short run has fewer. */
const FULL_USERS = 40
const MEBIBYTE = 1024 * 1024
/** What a service may hold more at the end: caches that are bounded, and what has not been collected yet. */
const MORE_RSS_MIB = 200
/** Of these there is one for each server. */
const LASTING = /^latchkey:(fence|revocations)/

/** Strangers ask for what is not there, each from an address of its own, with names and tokens that nobody has. */
export const junk: Scenario = {
  name: 'junk',
  title: 'junk: unknown names, addresses and tokens',
  plan: { full: { runs: 20, seconds: 3600 }, quick: { runs: 1, seconds: 60 } },
  checks: DEFAULT_CHECKS,
  topologies: ['single'],

  async run(context) {
    const { scope, http, history, random, runs, size, topology } = context
    const store = await startRedisStore(scope, topology)
    const [shard] = await store.shards()
    if (!shard) throw new Error('there is no server')
    const { servers } = await deploy({ ...context, size: { users: 1, devicesEach: 1 } }, 'junk', store.url)
    const redis = shard.master.connect()
    scope.teardown(async () => redis.disconnect())
    const strangers = createHttp()
    scope.teardown(async () => strangers.close())
    const limit = pLimit(AT_ONCE)
    const violations: Violation[] = []
    const samples: Sample[] = [await takeSample(redis, servers, http, 0)]
    let sent = 0
    for (const run of runs) {
      const count = size.users >= FULL_USERS ? REQUESTS : FEW
      const kinds = random.fork(`kinds ${run}`)
      await Promise.all(
        Array.from({ length: count }, () =>
          limit(async () => {
            const kind = kinds.chance(UNKNOWN_NAME_SHARE) ? UNKNOWN_NAME : kinds.pick(JUNK_TOKENS)
            const { name, url } = kinds.pick(servers)
            const start = clock()
            const { status, body, headers } = await strangers.send(`${url}${kind.path}`, kind.request())
            const operation: Operation = {
              ...{
                kind: 'operation',
                start,
                end: clock(),
                actor: 'prober',
                call: kind.call,
                server: name,
                user: '',
                status,
              },
              ...(typeof body.code === 'string' && { code: body.code }),
            }
            const isShed = status === 429 || status === 503
            if (isShed ? headers['retry-after'] === undefined : !kind.statuses.includes(status)) {
              violations.push({
                invariant: 'I-FAILCLOSED',
                operation,
                message: `junk was answered ${status} ${body.code}`,
              })
            }
          }),
        ),
      )
      sent += count
      samples.push(await takeSample(redis, servers, http, sent))
    }
    const [before, last] = [samples[0], samples.at(-1)]
    const operation: Operation = {
      kind: 'operation',
      start: 0,
      end: 0,
      actor: 'prober',
      call: 'ready',
      server: '',
      user: '',
      status: 200,
    }
    for (const key of await keysForEver(redis)) {
      violations.push({ invariant: 'I-BOUNDED', operation, message: `${key} has no time to live` })
    }
    for (const [n, { name }] of servers.entries()) {
      const more = (last?.rssMib[n] ?? 0) - (before?.rssMib[n] ?? 0)
      if (more > MORE_RSS_MIB) {
        violations.push({ invariant: 'I-BOUNDED', operation, message: `${name} holds ${Math.round(more)} MiB more` })
      }
    }
    history.add(operation)
    return { faults: sent, operations: sent, violations, table: tableOf(samples) }
  },
}

type Kind = {
  readonly call: Operation['call']
  readonly path: string
  readonly statuses: readonly number[]
  request(): Parameters<Http['send']>[1]
}

const word = (): string => randomBytes(12).toString('hex')
/** IPv6: a /64 of its own, or one of few. */
const address = (): string => {
  const host = randomBytes(8).toString('hex').match(/.{4}/g)?.join(':')
  return Math.random() < 0.5 ? `2001:db8:1:1:${host}` : `2001:db8:${word().slice(0, 4)}:${word().slice(0, 4)}:${host}`
}
const from = () => ({ 'x-forwarded-for': address() })
const token = (): string => `${word()}.${word()}.${word()}`

/** Its password is hashed like any other: that takes longest. */
const UNKNOWN_NAME: Kind = {
  call: 'sign-in',
  path: '/auth/login',
  statuses: [401],
  request: () => ({ body: { email: `${word()}@example.test`, password: word(), delivery: 'body' }, headers: from() }),
}

const JUNK_TOKENS: readonly Kind[] = [
  {
    call: 'refresh',
    path: '/auth/refresh',
    statuses: [401],
    request: () => ({ method: 'POST', body: { refreshToken: token() }, headers: from() }),
  },
  {
    call: 'who-am-i',
    path: '/auth/me',
    statuses: [401],
    request: () => ({ token: token(), headers: from() }),
  },
  {
    call: 'sign-out',
    path: '/auth/logout',
    statuses: [204, 401],
    request: () => ({ method: 'POST', body: { refreshToken: token() }, headers: from() }),
  },
]

type Sample = {
  readonly sent: number
  readonly keys: number
  readonly redisMib: number
  readonly rssMib: readonly number[]
}

async function takeSample(
  redis: Redis,
  servers: readonly { readonly operationsUrl: string }[],
  http: Http,
  sent: number,
): Promise<Sample> {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
  const rssMib = await Promise.all(servers.map(({ operationsUrl }) => residentMib(http, operationsUrl)))
  return { sent, keys: await redis.dbsize(), redisMib: used / MEBIBYTE, rssMib }
}

async function residentMib(http: Http, operationsUrl: string): Promise<number> {
  const { text } = await http.send(`${operationsUrl}/metrics`)
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1] ?? 0) / MEBIBYTE
}

async function keysForEver(redis: Redis): Promise<string[]> {
  const found: string[] = []
  for await (const batch of redis.scanStream({ match: 'latchkey:*', count: 1000 })) {
    for (const key of batch as string[]) if (!LASTING.test(key) && (await redis.ttl(key)) === -1) found.push(key)
  }
  return found
}

function tableOf(samples: readonly Sample[]): string {
  const head = ['junk', 'keys in Redis', 'Redis, MiB', 'RSS of each replica, MiB']
  const rows = samples.map(({ sent, keys, redisMib, rssMib }) => [
    ...[sent.toLocaleString('en'), keys, redisMib.toFixed(1), rssMib.map((mib) => Math.round(mib)).join(', ')],
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
