import type { Random, Scope } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import { type TcpRelay, tcpRelay } from '@latchkey/test-kit'
import { type Cluster, untilReady } from '../../cluster/cluster.ts'
import { register } from '../../driver/accounts.ts'
import { type Account, type Api, createApi, type HeldToken, newDeviceId } from '../../driver/api.ts'
import type { Http } from '../../driver/http.ts'
import type { Recorder } from '../../driver/recorder.ts'
import { createRevokedSet, type RevokedSet } from '../../driver/revoked-set.ts'
import type { VerifierApi } from '../../driver/verifier-api.ts'
import { clock, type Operation } from '../../history/history-record.ts'

export type Side = 'redis' | 'postgres'

/** Calls one replica of auth-service that nothing else uses, so that replies can be counted. */
export type Worker = {
  readonly api: Api
  readonly random: Random
  readonly admin: HeldToken
  readonly verifier: VerifierApi
  readonly relays: Readonly<Record<Side, TcpRelay>>
  /** Sessions that must stay revoked. */
  readonly revoked: RevokedSet
  /** Sessions that must stay live, whatever happened to others of the same user. */
  readonly survivors: HeldToken[]
  newAccount(): Promise<Account>
  /** Signs in on a new device, as soon as auth-service can: it may still reconnect after a lost reply. */
  signIn(account: Account): Promise<HeldToken>
}

export type WorkerOptions = {
  readonly name: string
  readonly scope: Scope
  readonly http: Http
  readonly cluster: Cluster
  readonly recorder: Recorder
  readonly verifier: VerifierApi
  readonly random: Random
  readonly redisUrl: string
  readonly databaseUrl: string
}

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { name, scope, http, cluster, recorder, verifier, random, redisUrl, databaseUrl } = options
  const relays = { redis: await tcpRelay(scope, redisUrl), postgres: await tcpRelay(scope, databaseUrl) }
  const environment = { REDIS_URL: relays.redis.url, DATABASE_URL: relays.postgres.url }
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
    relays,
    signIn,
    admin,
    revoked: createRevokedSet(),
    survivors: [],
    newAccount: () => register(http, server.url, admin.accessToken),
  }
}

/** Repeats a call until it is answered, as soon as it can be; `ms` is how long that took. */
export async function repeat(attempt: () => Promise<Operation>): Promise<{ operation: Operation; ms: number }> {
  const start = clock()
  for (;;) {
    const operation = await attempt()
    if (operation.status !== 503 || operation.end - start > 10_000) return { operation, ms: operation.end - start }
    await sleep(10)
  }
}
