import {
  captureLogs,
  eventually,
  poolerOfRun,
  redisUrlFor,
  type TestEnvironment,
  testEnvironment,
  untilDecided,
} from '@latchkey/test-kit'
import type { InjectOptions, LightMyRequestResponse as Response } from 'fastify'
import { buildApp, type Overrides } from '../../src/app.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import type { User } from '../../src/users/user.ts'
import { accountsOf, CHEAP_HASHING, type NewAccount, PASSWORD } from './accounts.ts'
import { loadDictionaries, sharedStrength } from './shared-strength.ts'

export { PASSWORD } from './accounts.ts'

type Scope = Parameters<typeof testEnvironment>[0]
type App = Awaited<ReturnType<typeof buildApp>>

export const ADMIN = { email: 'root@example.test', password: 'correct horse battery staple' }
/** With these settings auth-service makes the administrator itself; without them {@link startAuthService} does. */
export const ADMIN_SETTINGS = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password }

/** What a program says of itself where a browser would name its page; headers of {@link Call} decide where they say more. */
const OWN_PAGE = { 'x-requested-with': 'test' }
const SIGN_INS = /^\/auth\/(login|register|invitations\/accept)$/
const SETS_PASSWORD = /^\/auth\/(register|invitations\/accept|password)/

export type TestService = {
  readonly app: App
  readonly config: Config
  readonly environment: TestEnvironment
  readonly logs: ReturnType<typeof captureLogs>
  /** As honest clients do it: again after `Retry-After` while the answer is 503, which any call may get on a busy machine. */
  call(method: string, url: string, options?: Call): Promise<Response>
  /** The same service for what is about 503: `call` calls once. */
  readonly once: TestService
  /** An active account, without a session, under any `REGISTRATION`. */
  newAccount(account?: NewAccount): Promise<User>
  /** A new account, signed in with `body` delivery. */
  newUser(account?: Omit<NewAccount, 'password'>): Promise<SignedIn>
  signIn(email: string, more?: object): Promise<SignedIn>
  signInAdmin(): Promise<SignedIn>
}

export type Call = { body?: unknown; token?: string; cookies?: string; headers?: Record<string, string> }
export type SignedIn = { email: string; userId: string; deviceId: string; accessToken: string; refreshToken: string }

export function configOf(environment: TestEnvironment, variables: Record<string, string> = {}): Config {
  return loadConfig({
    DATABASE_URL: environment.databaseUrl,
    REDIS_URL: redisUrlFor('auth-service', environment.redisUrl),
    ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
    REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
    ADMIN_EMAIL: ADMIN.email,
    ...variables,
  })
}

/** The settings by which a service reaches its database as the run wants it, unless the test chooses itself. */
export async function databaseVariables(
  t: Scope,
  { databaseUrl }: TestEnvironment,
  chosen: Record<string, string> = {},
): Promise<Record<string, string>> {
  if (chosen.DATABASE_URL !== undefined) return {}
  const pooler = await poolerOfRun(t, databaseUrl)
  return pooler === undefined ? {} : { DATABASE_URL: pooler, SESSION_DATABASE_URL: databaseUrl }
}

/** auth-service with its production options, on a schema and key prefix of its own or those of `beside`. */
export async function startAuthService(
  t: Scope,
  options: Overrides & { variables?: Record<string, string>; beside?: TestService; environment?: TestEnvironment } = {},
): Promise<TestService> {
  const { variables, beside, environment: _given, ...overrides } = options
  const environment = options.environment ?? beside?.environment ?? (await testEnvironment(t))
  const config = configOf(environment, { ...(await databaseVariables(t, environment, variables)), ...variables })
  const logs = captureLogs()
  const app = await buildApp(config, {
    logStream: logs.stream,
    passwordHashing: CHEAP_HASHING,
    passwordStrength: sharedStrength,
    schema: environment.schema,
    redisPrefix: environment.redisPrefix,
    ...overrides,
  })
  await app.ready()
  t.teardown(async () => app.close())

  async function callOnce(
    method: string,
    url: string,
    { body, token, cookies, headers }: Call = {},
  ): Promise<Response> {
    // Nobody is to wait for them within the time of a request.
    if (SETS_PASSWORD.test(url)) await loadDictionaries()
    return app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(cookies !== undefined && { cookie: cookies }),
        ...(SIGN_INS.test(url) && OWN_PAGE),
        ...headers,
      },
      ...(body !== undefined && { payload: body as object }),
    })
  }

  const call: TestService['call'] = (...asked) =>
    untilDecided(
      () => callOnce(...asked),
      ({ statusCode, headers }) => ({ status: statusCode, retryAfter: headers['retry-after'] }),
    )

  async function signIn(email: string, more: object = {}): Promise<SignedIn> {
    const response = await call('POST', '/auth/login', {
      body: { email, password: PASSWORD, delivery: 'body', ...more },
    })
    if (response.statusCode !== 200) throw new Error(`sign-in answered ${response.statusCode}: ${response.body}`)
    const { user, device, accessToken, refreshToken } = response.json()
    return { email, userId: user.id, deviceId: device.id, accessToken, refreshToken }
  }

  const accounts = accountsOf(environment)
  t.teardown(accounts.close)
  // Not by its settings, which would load the dictionaries.
  if (variables?.ADMIN_PASSWORD === undefined && !beside) await accounts.insertAdministrator(ADMIN)
  const newAccount = async (account?: NewAccount): Promise<User> => (await accounts.insert(account)).user
  const newUser = async (account?: NewAccount): Promise<SignedIn> => signIn((await newAccount(account)).email)

  const signInAdmin = (): Promise<SignedIn> => signIn(ADMIN.email, ADMIN)

  const service = { app, config, environment, logs, newAccount, newUser, signIn, signInAdmin }
  const once: TestService = {
    ...service,
    call: callOnce,
    get once() {
      return once
    },
  }
  return { ...service, call, once }
}

/** Calls as the first administrator, signed in now. */
export async function administratorOf(auth: TestService) {
  const { accessToken } = await auth.signInAdmin()
  return (method: string, url: string, body?: object) =>
    auth.call(method, url, { token: accessToken, ...(body && { body }) })
}

/** Waits until every one of these says that it is ready, as after an outage. */
export async function untilReady(...services: readonly TestService[]): Promise<void> {
  for (const service of services) {
    await eventually(async () => (await service.call('GET', '/health/ready')).statusCode === 200)
  }
}

export const refreshWith = (service: TestService, refreshToken: string): Promise<Response> =>
  service.call('POST', '/auth/refresh', { body: { refreshToken } })

/** `name=value` of a cookie that a response sets, with its attributes. */
export function setCookies(response: Response): Map<string, { value: string; attributes: string[] }> {
  const cookies = new Map<string, { value: string; attributes: string[] }>()
  for (const header of [response.headers['set-cookie'] ?? []].flat()) {
    const [pair = '', ...attributes] = header.split('; ')
    const at = pair.indexOf('=')
    cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), attributes: attributes.sort() })
  }
  return cookies
}

export function cookieHeader(response: Response): string {
  return [...setCookies(response)].map(([name, { value }]) => `${name}=${value}`).join('; ')
}
