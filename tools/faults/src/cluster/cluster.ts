import { randomBytes } from 'node:crypto'
import type { Scope } from '@latchkey/harness'
import { createChildProcesses, poll, redisUrlFor } from '@latchkey/harness'
import type { ServiceName } from '@latchkey/stack'
import type { Http } from '../driver/http.ts'
import { type ServiceProcess, startService } from './service-process.ts'

export type ClusterOptions = {
  /** For the logs of the services. */
  readonly directory: string
  readonly databaseUrl: string
  readonly employeeDatabaseUrl: string
  readonly redisUrl: string
  /** REFRESH_GRACE. */
  readonly grace: string
}

export type Replica = {
  readonly service: ServiceName
  readonly name: string
  /** Settings that differ from those of the other replicas. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Replicas of both services that share databases, keys, issuer and administrator. */
export type Cluster = {
  readonly administrator: { readonly email: string; readonly password: string }
  /** REFRESH_TOKEN_SECRET. */
  readonly refreshRing: string
  /** Starts one more replica, ready or not. */
  start(scope: Scope, replica: Replica): Promise<ServiceProcess>
}

const READY_WITHIN_MS = 60_000
/** A service that starts needs the CPU for itself. */
const READY_INTERVAL_MS = 100

export function createCluster(options: ClusterOptions): Cluster {
  const { directory, databaseUrl, employeeDatabaseUrl, redisUrl, grace } = options
  const processes = createChildProcesses()
  const secret = (): string => randomBytes(32).toString('base64url')
  const administrator = { email: 'root@example.test', password: secret() }
  const refreshRing = `faults:${secret()}`
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
      REFRESH_TOKEN_SECRET: refreshRing,
      REFRESH_GRACE: grace,
      // Accounts are a means here: nobody invites thousands, and each registers from an address of its own.
      REGISTRATION: 'open',
      TRUST_PROXY: '127.0.0.1',
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
    },
    'employee-service': { EMPLOYEE_DATABASE_URL: employeeDatabaseUrl, AUTH_URL: 'http://127.0.0.1:1' },
  }
  return {
    administrator,
    refreshRing,
    start(scope, { service, name, environment }) {
      const { REDIS_URL, ...others } = { ...shared, ...own[service], ...environment }
      const user = service === 'auth-service' ? 'auth-service' : 'verifier'
      const settings = { ...others, REDIS_URL: redisUrlFor(user, REDIS_URL) }
      return startService(scope, { processes, service, name, directory, environment: settings })
    },
  }
}

/** @throws when a replica exits, or takes too long */
export async function untilReady(http: Http, ...replicas: readonly ServiceProcess[]): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  for (const replica of replicas) {
    const isReady = async (): Promise<boolean> => {
      const { status } = await http.send(`${replica.url}/health/ready`)
      if (status !== 200 && replica.hasExited()) throw new Error(`${replica.name} exited:\n${replica.lastLines()}`)
      return status === 200
    }
    if (!(await poll(isReady, { timeoutMs: deadline - performance.now(), intervalMs: READY_INTERVAL_MS }))) {
      throw new Error(`${replica.name} does not get ready. Its last lines:\n${replica.lastLines()}`)
    }
  }
}
