import { createAccessTokenSigner, parseKeyRing } from '@latchkey/access-token'
import { buildApp as buildAuth } from '@latchkey/auth-service'
import { BUILT_IN_SCOPES } from '@latchkey/auth-service/built-in-policy'
import { loadConfig as loadAuthConfig } from '@latchkey/auth-service/config'
import { buildApp as buildEmployees } from '@latchkey/employee-service'
import { loadConfig as loadEmployeeConfig } from '@latchkey/employee-service/config'
import { freePort, type TestScope } from '@latchkey/harness'
import { testEnvironment } from '@latchkey/test-kit'
import type { ServiceName } from '../document/operation.ts'
import type { OpenApi } from '../document/read-document.ts'
import { createLogWatch, type LogWatch } from './log-watch.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'

const RING = 'a1:access-access-access-access-access'
const ISSUER = 'http://auth.fuzz.test'

export const GUARDIAN = { email: 'root@guardian.test', password: 'correct cnry horse battery staple' }

/** Clients of the settings: no request can change them. */
export const CLIENTS = {
  'client-of-all': {
    secret: 'a-cnry-secret-of-the-client-of-all',
    scopes: Object.keys(BUILT_IN_SCOPES),
  },
  'client-of-none': { secret: 'a-cnry-secret-of-the-client-of-none', scopes: [] },
} as const satisfies Record<string, { secret: string; scopes: readonly string[] }>

export type Services = {
  readonly urls: Readonly<Record<ServiceName, string>>
  readonly documents: Readonly<Record<ServiceName, OpenApi>>
  readonly logs: LogWatch
  readonly mailbox: Mailbox
  /** Signs access tokens as auth-service does, with these claims. */
  readonly sign: (claims: object) => string
  /** The tables of employee-service. */
  readonly employees: { readonly databaseUrl: string; readonly schema: string }
}

/** Both services with their production options, over real stores of this run alone. Hashing is cheap; nothing else is. */
export async function startServices(scope: TestScope): Promise<Services> {
  const stores = await testEnvironment(scope)
  const employeeStores = await testEnvironment(scope)
  const mailbox = await startMailbox(scope)
  const logs = createLogWatch()
  const [authPort, employeePort] = [await freePort(), await freePort()]
  const urls = { auth: `http://127.0.0.1:${authPort}`, employee: `http://127.0.0.1:${employeePort}` }
  const shared = {
    ACCESS_TOKEN_SECRET: RING,
    TOKEN_ISSUER: ISSUER,
    REDIS_URL: stores.redisUrl,
    EMPLOYEE_CLIENT_SECRET: 'a-cnry-secret-of-employee-service-itself',
    // Each request names an address of its own: limits by address hold, and stop nobody else.
    TRUST_PROXY: '127.0.0.1/32',
    ALLOWED_ORIGINS: 'https://app.fuzz.test',
  }

  const authConfig = loadAuthConfig({
    ...shared,
    DATABASE_URL: stores.databaseUrl,
    REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
    ADMIN_EMAIL: GUARDIAN.email,
    ADMIN_PASSWORD: GUARDIAN.password,
    REGISTRATION: 'open',
    SMTP_URL: mailbox.url,
    MAIL_FROM: 'no-reply@latchkey.test',
    PUBLIC_URL: 'https://id.latchkey.test',
    SERVICE_CLIENTS: JSON.stringify(Object.entries(CLIENTS).map(([clientId, client]) => ({ clientId, ...client }))),
  })
  const auth = await buildAuth(authConfig, {
    logStream: logs.stream,
    passwordHashing: { memoryKiB: 1024, passes: 2, maxWaitMs: 60_000 },
    schema: stores.schema,
    redisPrefix: stores.redisPrefix,
  })
  scope.teardown(async () => auth.close())
  await auth.listen({ port: authPort, host: '127.0.0.1' })

  const loaded = loadEmployeeConfig({
    ...shared,
    EMPLOYEE_DATABASE_URL: employeeStores.databaseUrl,
    AUTH_URL: urls.auth,
  })
  const employeeConfig = {
    ...loaded,
    database: { ...loaded.database, schema: employeeStores.schema },
    revocations: { ...loaded.revocations, prefix: stores.redisPrefix },
  }
  const employees = await buildEmployees(employeeConfig, { logStream: logs.stream })
  scope.teardown(async () => employees.close())
  await employees.listen({ port: employeePort, host: '127.0.0.1' })

  const ring = parseKeyRing(RING)
  const sign = createAccessTokenSigner({ ring: () => ring }) as (claims: object) => string
  const documents = { auth: await documentOf(urls.auth), employee: await documentOf(urls.employee) }
  return { urls, documents, logs, mailbox, sign, employees: employeeStores }
}

async function documentOf(url: string): Promise<OpenApi> {
  const response = await fetch(`${url}/openapi.json`)
  if (response.status !== 200)
    throw new Error(`${url}/openapi.json answers ${response.status}: ${await response.text()}`)
  return (await response.json()) as OpenApi
}
