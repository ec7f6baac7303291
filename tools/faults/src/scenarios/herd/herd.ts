import { sleep } from '@latchkey/harness'
import pLimit from 'p-limit'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Violation } from '../../checker/violation.ts'
import { createCluster, untilReady } from '../../cluster/cluster.ts'
import type { Target } from '../../driver/api.ts'
import { createHttp } from '../../driver/http.ts'
import { createRecorder, type Recorder } from '../../driver/recorder.ts'
import { readGrant } from '../../driver/tokens.ts'
import { clock, type Operation } from '../../history/history-record.ts'
import { spread } from '../../report/table.ts'
import { relayStore } from '../../store/relayed-store.ts'
import { startRedisStore } from '../../store/start-store.ts'
import type { Scenario } from '../scenario.ts'
import { openSessions } from './open-sessions.ts'

const SESSIONS = 50_000
const FEW = 1000
/** A short run has fewer. */
const FULL_USERS = 40
const GRACE_MS = 30_000
const OUTAGE_MS = 3000
/** As many connections as an ingress keeps. */
const CLIENTS = 8
const AT_ONCE_EACH = 128
const TRIES = 3
/** Of those who gave up, once the crowd is gone. */
const PATIENT_TRIES = 60

/** Every client comes back at once after an outage, and asks again at once: three times, then it gives up for a while. */
export const herd: Scenario = {
  name: 'herd',
  title: 'every client back at once after an outage, with three tries and no pause',
  plan: { full: { runs: 1, seconds: 1 }, quick: { runs: 1, seconds: 1 } },
  checks: { ...DEFAULT_CHECKS, graceMs: GRACE_MS },
  topologies: ['single'],

  async run(context) {
    const { scope, databases, http, history, size, random, topology } = context
    const store = await startRedisStore(scope, topology)
    const relay = await relayStore(scope, store)
    const cluster = createCluster({
      directory: databases.directory,
      databaseUrl: await databases.create('auth_herd'),
      employeeDatabaseUrl: await databases.create('employee_herd'),
      redisUrl: relay.url,
      grace: `${GRACE_MS / 1000}s`,
    })
    const servers = await Promise.all(
      [1, 2].map((number) => cluster.start(scope, { service: 'auth-service', name: `herd-auth-${number}` })),
    )
    scope.teardown(async () => http.close())
    await untilReady(http, ...servers)
    const [shard] = await store.shards()
    if (!shard) throw new Error('there is no server')
    const count = size.users >= FULL_USERS ? SESSIONS : FEW
    const opened = await openSessions({
      node: shard.master,
      refreshRing: cluster.refreshRing,
      graceMs: GRACE_MS,
      count,
    })

    const crowd = opened.map((session): Member => {
      const at = clock()
      const common = { kind: 'operation', actor: 'client', server: 'herd', status: 200, received: 1 } as const
      history.add({ ...common, call: 'sign-in', start: at, end: at, user: session.userId, session: session.sid })
      return { user: session.userId, sid: session.sid, refreshToken: session.refreshToken, generation: 1 }
    })
    const clients = Array.from({ length: CLIENTS }, () => createHttp())
    scope.teardown(async () => {
      for (const client of clients) client.close()
    })
    const groups = clients.map((client) => ({
      recorder: createRecorder(client, history),
      limit: pLimit(AT_ONCE_EACH),
    }))
    const order = random.fork('order')

    const start = clock()
    relay.hang()
    await sleep(OUTAGE_MS)
    await relay.restore()
    const end = clock()
    const first = await wave(crowd, groups, TRIES, () => order.pick(servers))
    // Whoever gave up comes back later, with the token that it has.
    await untilReady(http, ...servers)
    const second = await wave(crowd, groups, PATIENT_TRIES, () => order.pick(servers))
    history.add({ kind: 'fault', name: 'outage before the herd', what: 'store', start, end, recoveredBy: clock() })
    const lost = crowd.filter(({ generation }) => generation < 2)
    return {
      faults: 1,
      recoveryMs: [first.firstMs],
      violations: lost.map(
        ({ last }): Violation => ({
          invariant: 'I-RECOVER',
          message: 'a client of the herd never came back',
          operation: last ?? NOTHING,
        }),
      ),
      table: tableOf([
        ['first wave', first],
        ['second wave', second],
      ]),
    }
  },
}

type Member = {
  readonly user: string
  readonly sid: string
  refreshToken: string
  generation: number
  last?: Operation
}

const NOTHING: Operation = {
  kind: 'operation',
  start: 0,
  end: 0,
  actor: 'client',
  call: 'refresh',
  server: '',
  user: '',
  status: 0,
}

/** Clients behind the same proxy. */
type Group = { readonly recorder: Recorder; readonly limit: ReturnType<typeof pLimit> }

type Wave = {
  readonly sessions: number
  readonly refreshed: number
  readonly gaveUp: number
  readonly drainedMs: number
  readonly firstMs: number
  readonly tookMs: readonly number[]
  readonly statuses: ReadonlyMap<number, number>
}

async function wave(
  crowd: readonly Member[],
  groups: readonly Group[],
  tries: number,
  next: () => Target,
): Promise<Wave> {
  const start = clock()
  const tookMs: number[] = []
  const statuses = new Map<number, number>()
  let refreshed = 0
  let firstMs = 0

  async function come(member: Member, { recorder }: Group): Promise<void> {
    for (let left = tries; left > 0; left--) {
      const { name, url } = next()
      const intent = {
        actor: 'client',
        call: 'refresh',
        server: name,
        user: member.user,
        session: member.sid,
        sent: member.generation,
      } as const
      const { operation, reply } = await recorder.call(intent, `${url}/auth/refresh`, {
        method: 'POST',
        body: { refreshToken: member.refreshToken },
      })
      member.last = operation
      statuses.set(operation.status, (statuses.get(operation.status) ?? 0) + 1)
      const grant = readGrant(reply)
      if (!grant) {
        if (operation.status === 401) return
        continue
      }
      member.refreshToken = grant.refreshToken
      member.generation = grant.generation
      refreshed++
      firstMs ||= clock() - start
      tookMs.push(operation.end - operation.start)
      return
    }
  }
  await Promise.all(
    crowd.map((member, n) => {
      const group = groups[n % groups.length] as Group
      return group.limit(() => come(member, group))
    }),
  )
  return {
    sessions: crowd.length,
    refreshed,
    gaveUp: crowd.length - refreshed,
    drainedMs: clock() - start,
    firstMs,
    tookMs,
    statuses,
  }
}

function tableOf(waves: readonly (readonly [name: string, wave: Wave])[]): string {
  const head = ['herd', 'sessions', 'refreshed', 'gave up', 'drained', 'refreshes per second', 'p50 / p99', 'answers']
  const rows = waves.map(([name, { sessions, refreshed, gaveUp, drainedMs, tookMs, statuses }]) => [
    ...[
      name,
      sessions,
      refreshed,
      gaveUp,
      `${(drainedMs / 1000).toFixed(1)} s`,
      Math.round(refreshed / (drainedMs / 1000)),
    ],
    spread(tookMs, [0.5, 0.99]),
    [...statuses].map(([status, count]) => `${count} × ${status}`).join(', '),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
