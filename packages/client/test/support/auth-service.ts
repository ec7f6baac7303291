import { buildApp } from '@latchkey/auth-service'
import { loadConfig } from '@latchkey/auth-service/config'
import { freePort, redisUrlFor, type TestScope, testEnvironment, untilDecided } from '@latchkey/test-kit'

export const PASSWORD = 'violet-harbour-sings-7'
const ADMIN = { email: 'root@example.test', password: 'correct horse battery staple' }

export type Account = { readonly email: string; readonly password: string }

export type TestAuthService = {
  readonly url: string
  /** For tests that sign in and out on devices of their own, and change nothing else of it. */
  sharedAccount(): Promise<Account>
  /** An account that nobody is signed in to. */
  newAccount(): Promise<Account>
  /** A new account, invited: the token of its link. */
  invite(): Promise<{ readonly email: string; readonly token: string }>
  /** Calls as the administrator. @returns the answer's body */
  asAdmin(method: string, path: string, body?: object): Promise<Record<string, unknown>>
  /** How many refreshes it has decided: those it had no time for are asked for again. */
  countRefreshes(): Promise<number>
  /** Its clock goes forward from now on: tokens get older. Milliseconds. */
  advance(ms: number): void
}

/** auth-service with its production options on a port; hashing is cheap, and every password is strong enough. */
export async function startAuthService(t: TestScope, variables: Record<string, string> = {}): Promise<TestAuthService> {
  const environment = await testEnvironment(t)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let aheadMs = 0
  const config = loadConfig({
    DATABASE_URL: environment.databaseUrl,
    REDIS_URL: redisUrlFor('auth-service', environment.redisUrl),
    ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
    REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
    TOKEN_ISSUER: url,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    MAX_DEVICES_PER_USER: '1000',
    LOG_LEVEL: 'fatal',
    ...variables,
  })
  const app = await buildApp(config, {
    passwordHashing: { memoryKiB: 1024, passes: 2, maxWaitMs: 60_000 },
    passwordStrength: { isGuessable: async () => false, load: async () => {}, close: async () => {} },
    schema: environment.schema,
    redisPrefix: environment.redisPrefix,
    now: () => Date.now() + aheadMs,
  })
  t.teardown(async () => app.close())
  await app.listen({ port, host: '127.0.0.1' })

  async function call(method: string, path: string, body?: object, token?: string): Promise<Record<string, unknown>> {
    const init = {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }
    const response = await untilDecided(
      () => fetch(`${url}${path}`, init),
      ({ status, headers }) => ({ status, retryAfter: headers.get('retry-after') }),
    )
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }

  const asAdmin: TestAuthService['asAdmin'] = async (method, path, body) => {
    const { accessToken } = await call('POST', '/auth/login', { ...ADMIN, delivery: 'body' })
    return call(method, path, body, String(accessToken))
  }

  let accounts = 0
  const invite: TestAuthService['invite'] = async () => {
    const email = `user-${++accounts}@example.test`
    const { invitation } = await asAdmin('POST', '/admin/users', { email })
    const { link } = invitation as { link: string }
    return { email, token: link.split('#token=')[1] ?? '' }
  }

  async function newAccount(): Promise<Account> {
    const { email, token } = await invite()
    await call('POST', '/auth/invitations/accept', { token, password: PASSWORD, delivery: 'body' })
    return { email, password: PASSWORD }
  }
  let shared: Promise<Account> | undefined

  return {
    url,
    asAdmin,
    invite,
    newAccount,
    sharedAccount() {
      shared ??= newAccount()
      return shared
    },
    async countRefreshes() {
      const { body } = await app.operations.inject('/metrics')
      const lines = body
        .split('\n')
        .filter((line) => /^http_request_duration_seconds_count.*status="[24]xx".*"refresh"/.test(line))
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    },
    advance(ms) {
      aheadMs += ms
    },
  }
}
