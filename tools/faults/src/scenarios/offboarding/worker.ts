import type { Random, Scope } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import type { ServiceName } from '@latchkey/stack'
import { type PrivateServer, privatePostgres, privateRedis, tcpRelay } from '@latchkey/test-kit'
import { type Breakpoints, createBreakpoints } from '../../cluster/breakpoint.ts'
import { createCluster, untilReady } from '../../cluster/cluster.ts'
import type { ServiceProcess } from '../../cluster/service-process.ts'
import { signIn } from '../../driver/accounts.ts'
import type { Http } from '../../driver/http.ts'
import type { Victim } from './boundaries.ts'

/** Two replicas of employee-service, auth-service, Postgres and Redis, with a relay in every connection between them. */
export type Worker = {
  readonly http: Http
  readonly random: Random
  readonly breakpoints: Breakpoints
  readonly authUrl: string
  /** Of the replicas of employee-service, by number. */
  readonly employeeUrls: readonly string[]
  /** Kills the victim (of employee-service the replica with this number) and restarts it later. Resolves when it is dead. */
  kill(victim: Victim, replica: number): Promise<void>
  /** Resolves when everything that was killed runs again, and is ready. */
  untilRestored(): Promise<void>
  /** Signs the administrator in when the token is about to expire; everything must run. */
  renewAdministrator(): Promise<void>
  /** An access token of the administrator, valid for some minutes more. */
  adminToken(): string
}

type WorkerOptions = {
  readonly name: string
  readonly scope: Scope
  readonly directory: string
  readonly http: Http
  readonly random: Random
}

const REPLICAS = 2
const DEAD_MS = [50, 700] as const
const TOKEN_VALID_MS = 5 * 60_000

export async function startWorker({ name, scope, directory, http, random }: WorkerOptions): Promise<Worker> {
  const [postgres, redis] = await Promise.all([privatePostgres(scope), privateRedis(scope)])
  const breakpoints = createBreakpoints()
  const relayTo = async (relay: string, target: () => string): Promise<string> =>
    (await tcpRelay(scope, target, { name: relay, onChunk: breakpoints.onChunk })).url
  const databaseUrl = await postgres.createDatabase('auth')
  const employeeDatabaseUrl = await postgres.createDatabase('employee')
  const redisRelay = await relayTo('auth-redis', () => redis.url)
  const cluster = createCluster({ directory, databaseUrl, employeeDatabaseUrl, redisUrl: redis.url, grace: '2s' })

  const services = new Map<string, { process: ServiceProcess; start: () => Promise<ServiceProcess> }>()
  const processOf = (key: string): ServiceProcess => {
    const service = services.get(key)
    if (service === undefined) throw new Error(`${key} was not started`)
    return service.process
  }
  async function run(key: string, service: ServiceName, environment: Record<string, string>): Promise<void> {
    const start = () => cluster.start(scope, { service, name: `${name}-${key}`, environment })
    services.set(key, { process: await start(), start })
  }

  await run('auth', 'auth-service', { REDIS_URL: redisRelay })
  const employeeUrls: string[] = []
  for (let replica = 1; replica <= REPLICAS; replica++) {
    const key = `employee-${replica}`
    const relays = {
      EMPLOYEE_DATABASE_URL: await relayTo(`employee-postgres-${replica}`, () => employeeDatabaseUrl),
      AUTH_URL: await relayTo(`employee-auth-${replica}`, () => processOf('auth').url),
    }
    await run(key, 'employee-service', relays)
    employeeUrls.push(await relayTo(`client-${replica}`, () => processOf(key).url))
  }
  const allReady = () => untilReady(http, ...[...services.values()].map(({ process }) => process))
  await allReady()

  let restarts: Promise<void>[] = []
  const restartLater = (start: () => Promise<void>): void => {
    restarts.push(sleep(random.between(...DEAD_MS)).then(start))
  }
  async function killService(key: string): Promise<void> {
    const service = services.get(key)
    await service?.process.kill()
    if (service) {
      restartLater(async () => {
        service.process = await service.start()
      })
    }
  }
  async function killServer(server: PrivateServer): Promise<void> {
    await server.kill()
    restartLater(() => server.start())
  }

  let token: { text: string; validUntilMs: number } | undefined
  return {
    http,
    random,
    breakpoints,
    employeeUrls,
    get authUrl() {
      return processOf('auth').url
    },
    kill(victim, replica) {
      if (victim === 'employee-service') return killService(`employee-${replica}`)
      if (victim === 'auth-service') return killService('auth')
      return killServer(victim === 'postgres' ? postgres : redis)
    },
    async untilRestored() {
      await Promise.all(restarts)
      restarts = []
      await allReady()
    },
    async renewAdministrator() {
      if (token !== undefined && performance.now() < token.validUntilMs) return
      const { accessToken } = await signIn(http, processOf('auth').url, cluster.administrator)
      token = { text: accessToken, validUntilMs: performance.now() + TOKEN_VALID_MS }
    },
    adminToken: () => token?.text ?? '',
  }
}
