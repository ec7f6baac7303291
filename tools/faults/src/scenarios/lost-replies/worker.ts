import type { Random, Scope } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import { tcpRelay } from '@latchkey/test-kit'
import { type Cluster, untilReady } from '../../cluster/cluster.ts'
import { register } from '../../driver/accounts.ts'
import { type Account, type Api, createApi, type HeldToken, newDeviceId } from '../../driver/api.ts'
import type { Http } from '../../driver/http.ts'
import type { Recorder } from '../../driver/recorder.ts'
import { createRevokedSet, type RevokedSet } from '../../driver/revoked-set.ts'
import type { VerifierApi } from '../../driver/verifier-api.ts'
import { clock, type Operation } from '../../history/history-record.ts'
import type { RedisStore } from '../../store/redis-store.ts'
import { relayStore } from '../../store/relayed-store.ts'
import { tapPostgres } from '../../wire/postgres-tap.ts'
import { tapRedis } from '../../wire/redis-tap.ts'
import { createStepWatch, type StepWatch } from '../../wire/request-watch.ts'

export type Side = 'redis' | 'postgres'

/** Calls one replica of auth-service that nothing else uses, so that its steps can be told apart. */
export type Worker = {
  readonly api: Api
  readonly random: Random
  readonly admin: HeldToken
  readonly verifier: VerifierApi
  readonly watches: Readonly<Record<Side, StepWatch>>
  /** Sessions that must stay revoked. */
  readonly revoked: RevokedSet
  /** Sessions that must stay live, whatever happened to others of the same user. */
  readonly survivors: HeldToken[]
  /** As soon as auth-service can: it may still reconnect after a lost reply. */
  newAccount(): Promise<Account>
  /** Signs in on a new device, likewise. */
  signIn(account: Account): Promise<HeldToken>
  /** Waits until auth-service is done with what a lost reply left to do. */
  settle(): Promise<void>
}

export type WorkerOptions = {
  readonly name: string
  readonly scope: Scope
  readonly http: Http
  readonly cluster: Cluster
  readonly recorder: Recorder
  readonly verifier: VerifierApi
  readonly random: Random
  readonly store: RedisStore
  readonly databaseUrl: string
}

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { name, scope, http, cluster, recorder, verifier, random, store, databaseUrl } = options
  const watches = { redis: createStepWatch(), postgres: createStepWatch() }
  const redis = await relayStore(scope, store, () => tapRedis(watches.redis))
  const postgres = await tcpRelay(scope, databaseUrl, { intercept: () => tapPostgres(watches.postgres) })
  const environment = { REDIS_URL: redis.url, DATABASE_URL: postgres.url }
  const server = await cluster.start(scope, { service: 'auth-service', name, environment })
  await untilReady(http, server)
  const api = createApi({ recorder, servers: [server], random })

  async function signIn(account: Account): Promise<HeldToken> {
    let held: HeldToken | undefined
    const { operation } = await repeat(async () => {
      const granted = await api.signIn('client', account, newDeviceId(), 'body')
      held = granted.held
      return granted.operation
    })
    if (!held) throw new Error(`a sign-in was answered ${operation.status} ${operation.code}`)
    return held
  }
  const admin = await signIn({ id: 'admin', ...cluster.administrator })
  return {
    api,
    random,
    verifier,
    watches,
    signIn,
    admin,
    revoked: createRevokedSet(),
    survivors: [],
    newAccount: () => register(http, server.url, admin.accessToken),
    settle: () => untilReady(http, server),
  }
}

/** However slow the machine is. */
const ANSWERED_WITHIN_MS = 60_000
const PAUSE_MS = 10

/** Repeats a call until it is answered, as soon as it can be; `ms` is how long that took. @throws when that takes a minute */
export async function repeat(attempt: () => Promise<Operation>): Promise<{ operation: Operation; ms: number }> {
  const start = clock()
  for (;;) {
    const operation = await attempt()
    const ms = operation.end - start
    if (operation.status !== 503) return { operation, ms }
    if (ms > ANSWERED_WITHIN_MS)
      throw new Error(`with nothing in its way ${operation.call} was answered 503 for a minute`)
    await sleep(PAUSE_MS)
  }
}
