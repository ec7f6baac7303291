import { type AccessTokenClaims, createAccessTokenSigner, parseKeyRing } from '@latchkey/access-token'
import { type CapturedLogs, captureLogs, redisUrlFor, testEnvironment } from '@latchkey/test-kit'
import { buildApp, type Config, type Overrides } from '../../src/index.ts'

const ISSUER = 'http://localhost:3001'
const AUDIENCE = 'latchkey'
export const KEYS = 'test:employee-service-tests-sign-with-this-key'
const keys = parseKeyRing(KEYS)
const sign = createAccessTokenSigner({ ring: () => keys })

/** The header of a service client with these scopes. */
export function bearer(...scopes: string[]): { authorization: string } {
  return { authorization: `Bearer ${sign(claims(scopes.join(' ')))}` }
}

/** The header of this user, in a session. */
export function userWith(sub: string, ...scopes: string[]): { authorization: string } {
  return { authorization: `Bearer ${sign({ ...claims(scopes.join(' ')), sub, ...inSession('s0') })}` }
}

/** The header of a user in this session who may read. */
export function readerInSession(sid: string): { authorization: string } {
  return { authorization: `Bearer ${sign({ ...claims('employees:read'), ...inSession(sid) })}` }
}

const inSession = (sid: string) => ({ sid, did: 'device-1', ver: 1, roles: ['user'] })

/** The header of this account, which may read, with a token issued so many seconds from now. */
export function accountBearer(sub: string, issuedIn = 0): { authorization: string } {
  const { iat, exp, ...rest } = claims('employees:read')
  const times = { iat: iat + issuedIn, exp: exp + issuedIn }
  const user = { ...rest, ...times, sub, sid: `session-of-${sub}`, did: 'device-1', ver: 1, roles: ['user'] }
  return { authorization: `Bearer ${sign(user)}` }
}

export const READER = bearer('employees:read')
export const WRITER = bearer('employees:read', 'employees:write')
/** Writes links to accounts as well. */
export const LINKER = bearer('employees:read', 'employees:write', 'employees:link')

function claims(scope: string): AccessTokenClaims {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'test-client',
    iat: now,
    exp: now + 900,
    jti: 'test',
    client_id: 'test-client',
    scope,
  }
}

/** An auth-service that is unreachable. */
export const NOWHERE = {
  baseUrl: 'http://127.0.0.1:1',
  tokenUrl: 'http://127.0.0.1:1/oauth/token',
  clientId: 'employee-service',
  clientSecret: 'a-secret-of-thirty-two-bytes-or-more',
}

type TestScope = Parameters<typeof testEnvironment>[0]

/** A config for a schema of this test alone. */
export async function testConfig(t: TestScope): Promise<Config> {
  const { databaseUrl, schema, redisUrl, redisPrefix } = await testEnvironment(t)
  return {
    listening: {
      address: { host: '127.0.0.1', port: 0, settings: { host: 'HOST', port: 'EMPLOYEE_PORT' } },
      operations: undefined,
      shutdownDelayMs: 250,
    },
    apiDocs: true,
    database: { url: databaseUrl, schema },
    tokens: { keys: { current: () => keys, follow() {} }, issuer: ISSUER, audience: AUDIENCE },
    revocations: { redisUrl: redisUrlFor('verifier', redisUrl), prefix: redisPrefix },
    auth: NOWHERE,
    publicUrl: undefined,
    allowedOrigins: [],
    trustProxy: [],
    logLevel: 'info',
  }
}

/** The service as in production, over a schema of this test alone. */
export async function employeeApp(
  t: TestScope,
  change: (config: Config) => Config = (config) => config,
  more: Overrides = {},
) {
  const config = change(await testConfig(t))
  const logs: CapturedLogs = captureLogs()
  const app = await buildApp(config, { logStream: logs.stream, ...more })
  t.teardown(() => app.close())
  return { app, config, logs }
}
