import { setTimeout as delay } from 'node:timers/promises'
import { type PrivateServer, privatePostgres, privateRedis } from '@latchkey/test-kit'
import type { Account } from '../../driver/api.ts'
import { ask } from '../../driver/http.ts'
import type { Random } from '../../random.ts'
import type { Scope } from '../../scope.ts'
import type { ServiceName, ServiceProcess } from '../../world/service-process.ts'
import { createTripwire, type Tripwire } from '../../world/tripwire.ts'
import { wiredRelay } from '../../world/wired-relay.ts'
import { createWorld, untilReady } from '../../world/world.ts'
import type { Victim } from './boundaries.ts'

/** Two replicas of employee-service, auth-service, Postgres and Redis, with a wire along every way between them. */
export type Lane = {
  readonly random: Random
  readonly wire: Tripwire
  readonly authUrl: string
  /** Of the replicas of employee-service, by their numbers. */
  readonly employeeUrls: readonly string[]
  /** Kills it, and starts it again after a while; of employee-service the replica of this number. Resolves when it is dead. */
  kill(victim: Victim, replica: number): Promise<void>
  /** Resolves when everything that was killed is back, and ready. */
  untilWhole(): Promise<void>
  /** Signs the administrator in, if it is time to: everything must be up. */
  renewAdministrator(): Promise<void>
  /** An access token of the administrator, good for some minutes more. */
  adminToken(): string
}

type LaneOptions = { readonly name: string; readonly scope: Scope; readonly directory: string; readonly random: Random }

const REPLICAS = 2
const DEAD_MS = [50, 700] as const
const TOKEN_GOOD_MS = 5 * 60_000

export async function openLane({ name, scope, directory, random }: LaneOptions): Promise<Lane> {
  const [postgres, redis] = await Promise.all([privatePostgres(scope), privateRedis(scope)])
  const wire = createTripwire()
  const databaseUrl = await postgres.createDatabase('auth')
  const employeeDatabaseUrl = await postgres.createDatabase('employee')
  const redisRelay = await wiredRelay(scope, { name: 'auth-redis', target: () => redis.url, wire })
  const world = createWorld({ directory, databaseUrl, employeeDatabaseUrl, redisUrl: redis.url, grace: '2s' })

  const services = new Map<string, { process: ServiceProcess; start: () => Promise<ServiceProcess> }>()
  const processOf = (key: string): ServiceProcess => {
    const service = services.get(key)
    if (service === undefined) throw new Error(`${key} was not started`)
    return service.process
  }
  async function run(key: string, service: ServiceName, environment: Record<string, string>): Promise<void> {
    const start = () => world.start(scope, { service, name: `${name}-${key}`, environment })
    services.set(key, { process: await start(), start })
  }

  await run('auth', 'auth-service', { REDIS_URL: redisRelay })
  const employeeUrls: string[] = []
  for (let replica = 1; replica <= REPLICAS; replica++) {
    const key = `employee-${replica}`
    const relays = {
      EMPLOYEE_DATABASE_URL: await wiredRelay(scope, {
        name: `employee-postgres-${replica}`,
        target: () => employeeDatabaseUrl,
        wire,
      }),
      AUTH_URL: await wiredRelay(scope, {
        name: `employee-auth-${replica}`,
        target: () => processOf('auth').url,
        wire,
      }),
    }
    await run(key, 'employee-service', relays)
    employeeUrls.push(await wiredRelay(scope, { name: `client-${replica}`, target: () => processOf(key).url, wire }))
  }
  const allReady = () => untilReady(...[...services.values()].map(({ process }) => process))
  await allReady()

  let returning: Promise<void>[] = []
  const bringBack = (start: () => Promise<void>): void => {
    returning.push(delay(random.between(...DEAD_MS)).then(start))
  }
  async function killService(key: string): Promise<void> {
    const service = services.get(key)
    await service?.process.kill()
    if (service) {
      bringBack(async () => {
        service.process = await service.start()
      })
    }
  }
  async function killServer(server: PrivateServer): Promise<void> {
    await server.kill()
    bringBack(() => server.start())
  }

  let token: { text: string; goodUntilMs: number } | undefined
  return {
    random,
    wire,
    employeeUrls,
    get authUrl() {
      return processOf('auth').url
    },
    kill(victim, replica) {
      if (victim === 'employee-service') return killService(`employee-${replica}`)
      if (victim === 'auth-service') return killService('auth')
      return killServer(victim === 'postgres' ? postgres : redis)
    },
    async untilWhole() {
      await Promise.all(returning)
      returning = []
      await allReady()
    },
    async renewAdministrator() {
      if (token !== undefined && performance.now() < token.goodUntilMs) return
      const { accessToken } = await signIn(processOf('auth').url, { id: 'admin', ...world.administrator })
      token = { text: accessToken, goodUntilMs: performance.now() + TOKEN_GOOD_MS }
    },
    adminToken: () => token?.text ?? '',
  }
}

export type SignedIn = { readonly accessToken: string; readonly refreshToken: string }

/** @throws when it does not work: it is no part of any experiment */
export async function signIn(authUrl: string, { email, password }: Account): Promise<SignedIn> {
  const { status, body } = await ask({
    method: 'POST',
    url: `${authUrl}/auth/login`,
    body: { email, password, delivery: 'body' },
  })
  if (status !== 200) throw new Error(`a sign-in was answered ${status} ${body.code}`)
  return { accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) }
}
