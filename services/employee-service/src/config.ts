import { type KeyRing, parseKeyRing } from '@latchkey/access-token'
import { parseRedisUrl, type RevocationOptions } from '@latchkey/resource-server'
import { type Environment, type LoggerOptions, loadSettings, setting } from '@latchkey/service-kit'

const LOG_LEVELS = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'silent',
] as const satisfies LoggerOptions['level'][]

/** Every environment variable that employee-service reads. */
export const employeeSettings = {
  host: setting.text({ name: 'HOST', description: 'Address to listen on', default: '127.0.0.1' }),
  port: setting.port({ name: 'EMPLOYEE_PORT', description: 'Port of employee-service', default: 3002 }),
  authPort: setting.port({
    name: 'AUTH_PORT',
    description: 'Port of auth-service, for the default issuer',
    default: 3001,
  }),
  databaseUrl: setting.url({
    name: 'EMPLOYEE_DATABASE_URL',
    description: 'Postgres database of employee-service',
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
  }),
  keys: setting.custom({
    name: 'ACCESS_TOKEN_SECRET',
    description: 'Key ring of access tokens, `kid:secret[,kid:secret…]` or one bare secret; all of them verify',
    parse: parseKeyRing,
    secret: true,
  }),
  issuer: setting.url({
    name: 'TOKEN_ISSUER',
    description: '`iss` of access tokens',
    optional: true,
    shownDefault: '`http://localhost:AUTH_PORT`',
  }),
  audience: setting.text({ name: 'TOKEN_AUDIENCE', description: '`aud` of access tokens', default: 'latchkey' }),
  redisUrl: setting.custom({
    name: 'REDIS_URL',
    description:
      '`redis://` or `rediss://` where the revocation feed is; several comma-separated nodes mean Redis Cluster',
    shownDefault: 'embedded, with `npm start`',
    parse(text) {
      parseRedisUrl(text)
      return text
    },
    secret: true,
  }),
  maxStalenessMs: setting.durationMs({
    name: 'REVOCATION_MAX_STALENESS',
    description: 'How long a verifier may be cut off from the revocation feed before `ON_STALE_REVOCATIONS` counts',
    default: '30s',
  }),
  onStale: setting.choice({
    name: 'ON_STALE_REVOCATIONS',
    description: 'Then tokens are judged by what was known last (`accept`), or refused with 503 (`reject`)',
    choices: ['accept', 'reject'],
    default: 'accept',
  }),
  allowedOrigins: setting.origins({
    name: 'ALLOWED_ORIGINS',
    description: "Browser origins beside the service's own, comma-separated",
    optional: true,
    shownDefault: 'none',
  }),
  trustProxy: setting.addresses({
    name: 'TRUST_PROXY',
    description: 'Addresses or CIDRs of proxies whose `X-Forwarded-*` count, comma-separated',
    optional: true,
    shownDefault: 'none',
  }),
  logLevel: setting.choice({
    name: 'LOG_LEVEL',
    description: "One of pino's levels",
    choices: LOG_LEVELS,
    default: 'info',
  }),
}

export type Config = {
  readonly host: string
  readonly port: number
  /** `schema` when the tables are not in the first one of the role's search path. */
  readonly database: { readonly url: string; readonly schema?: string }
  readonly tokens: { readonly keys: KeyRing; readonly issuer: string; readonly audience: string }
  readonly revocations: RevocationOptions
  readonly allowedOrigins: readonly string[]
  readonly trustProxy: readonly string[]
  readonly logLevel: LoggerOptions['level']
}

/** @throws {SettingsError} naming every variable that is missing or not acceptable, without its value */
export function loadConfig(environment: Environment): Config {
  const settings = loadSettings(employeeSettings, environment)
  const { host, port, keys, audience, redisUrl, maxStalenessMs, onStale, logLevel } = settings
  return {
    host,
    port,
    database: { url: settings.databaseUrl },
    tokens: { keys, issuer: settings.issuer ?? `http://localhost:${settings.authPort}`, audience },
    revocations: { redisUrl, maxStalenessMs, onStale },
    allowedOrigins: settings.allowedOrigins ?? [],
    trustProxy: settings.trustProxy ?? [],
    logLevel,
  }
}
