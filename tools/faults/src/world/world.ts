import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from '../driver/http.ts'
import type { Scope } from '../scope.ts'
import { type ServiceName, type ServiceProcess, startService } from './service-process.ts'

export type WorldOptions = {
  /** Where the services write their logs. */
  readonly directory: string
  readonly databaseUrl: string
  readonly employeeDatabaseUrl: string
  readonly redisUrl: string
  /** As REFRESH_GRACE has it. */
  readonly grace: string
}

export type Replica = {
  readonly service: ServiceName
  readonly name: string
  /** What this replica has different from the others. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The services that belong together, as one deployment: they share keys, issuer and administrator. */
export type World = {
  readonly administrator: { readonly email: string; readonly password: string }
  /** Starts one more replica, ready or not. */
  start(scope: Scope, replica: Replica): Promise<ServiceProcess>
}

const READY_WITHIN_MS = 60_000

export function createWorld({ directory, databaseUrl, employeeDatabaseUrl, redisUrl, grace }: WorldOptions): World {
  const secret = (): string => randomBytes(32).toString('base64url')
  const administrator = { email: 'root@example.test', password: secret() }
  const shared = {
    ACCESS_TOKEN_SECRET: `faults:${secret()}`,
    TOKEN_ISSUER: 'http://auth.example.test',
    REDIS_URL: redisUrl,
    EMPLOYEE_CLIENT_ID: 'employee-service',
    EMPLOYEE_CLIENT_SECRET: secret(),
  }
  const own: Record<ServiceName, Record<string, string>> = {
    'auth-service': {
      DATABASE_URL: databaseUrl,
      REFRESH_TOKEN_SECRET: `faults:${secret()}`,
      REFRESH_GRACE: grace,
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
    },
    'employee-service': { EMPLOYEE_DATABASE_URL: employeeDatabaseUrl, AUTH_URL: 'http://127.0.0.1:1' },
  }
  return {
    administrator,
    start: (scope, { service, name, environment }) =>
      startService(scope, { service, name, directory, environment: { ...shared, ...own[service], ...environment } }),
  }
}

/** @throws when a replica ends instead, or takes too long */
export async function untilReady(...replicas: readonly ServiceProcess[]): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (const replica of replicas) {
    while ((await ask({ method: 'GET', url: `${replica.url}/health/ready` })).status !== 200) {
      if (replica.hasExited() || Date.now() > deadline) {
        throw new Error(`${replica.name} does not get ready. Its last words:\n${replica.lastWords()}`)
      }
      await delay(20)
    }
  }
}
