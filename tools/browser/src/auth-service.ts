import { buildApp } from '@latchkey/auth-service'
import { loadConfig } from '@latchkey/auth-service/config'
import { freePort, redisUrlFor, type TestScope, testEnvironment } from '@latchkey/test-kit'

export const TOKEN_LIFE_MS = 5000
export const GRACE_MS = 1000

export type AuthService = {
  readonly url: string
  /** How many refreshes it has answered, by the metrics of its operations port. */
  countRefreshes(): Promise<number>
}

/** auth-service with its production options; tokens live for seconds. */
export async function startAuthService(scope: TestScope): Promise<AuthService> {
  const { databaseUrl, schema, redisUrl, redisPrefix } = await testEnvironment(scope)
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrlFor('auth-service', redisUrl),
    ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
    REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
    ACCESS_TOKEN_EXPIRY: `${TOKEN_LIFE_MS}ms`,
    REFRESH_GRACE: `${GRACE_MS}ms`,
    REGISTRATION: 'open',
    LOG_LEVEL: 'fatal',
  })
  const app = await buildApp(config, { schema, redisPrefix })
  scope.teardown(async () => app.close())
  const [url, operations] = [
    await app.listen({ port: await freePort(), host: '127.0.0.1' }),
    await app.operations.listen({ port: await freePort(), host: '127.0.0.1' }),
  ]
  return {
    url,
    async countRefreshes() {
      const text = await (await fetch(`${operations}/metrics`)).text()
      const lines = text
        .split('\n')
        .filter((line) => /^http_request_duration_seconds_count.*operation="refresh"/.test(line))
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    },
  }
}
