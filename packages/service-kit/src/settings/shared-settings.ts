import type { Level } from 'pino'
import { parseClientId, parseClientSecret } from './client-credentials.ts'
import { parseOperationsPort } from './listening.ts'
import { parseHost, parseIssuer } from './parsers.ts'
import { type SettingOptions, setting } from './setting.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies (
  | Level
  | 'silent'
)[]

/** Settings that both services read in the same way. */
export const sharedSettings = {
  host: setting.custom({
    name: 'HOST',
    default: '127.0.0.1',
    shownDefault: '`127.0.0.1` (`0.0.0.0` in images)',
    description: 'address to listen on',
    parse: parseHost,
  }),
  operationsHost: setting.custom({
    name: 'OPERATIONS_HOST',
    default: '127.0.0.1',
    shownDefault: '`127.0.0.1` (`0.0.0.0` in images)',
    description: 'address on which the operations ports listen',
    parse: parseHost,
  }),
  apiDocs: setting.choice({
    name: 'API_DOCS',
    choices: ['on', 'off'],
    default: 'on',
    shownDefault: '`on` (`off` in images)',
    description: 'whether the public port has `/docs` and `/openapi.json`, which the operations port always has',
  }),
  shutdownDelayMs: setting.durationMs({
    name: 'SHUTDOWN_DELAY',
    default: '250ms',
    max: '15m',
    description:
      'how long a stopping service, which is no longer ready, keeps listening: longer than your balancer takes to notice; at most `15m`',
  }),
  authPort: setting.port({
    name: 'AUTH_PORT',
    default: 3001,
    description: 'port of auth-service, also in the default issuer',
  }),
  issuer: setting.custom({
    name: 'TOKEN_ISSUER',
    optional: true,
    shownDefault: '`http://localhost:AUTH_PORT`',
    description: '`iss` of access tokens, checked by every verifier',
    parse: parseIssuer,
  }),
  audience: setting.text({
    name: 'TOKEN_AUDIENCE',
    default: 'latchkey',
    description: '`aud` of access tokens, checked by every verifier',
  }),
  allowedOrigins: setting.origins({
    name: 'ALLOWED_ORIGINS',
    optional: true,
    description:
      'browser origins that may call in addition to the service’s own, comma-separated, as browsers send them; those of web views and extensions too (`capacitor://localhost`). Only https origins and localhost get cookies',
  }),
  trustProxy: setting.addresses({
    name: 'TRUST_PROXY',
    optional: true,
    description:
      'addresses or CIDR blocks of proxies whose `X-Forwarded-*` headers count, comma-separated; as narrow as possible, because each of these addresses may claim to be any other',
  }),
  logLevel: setting.choice({
    name: 'LOG_LEVEL',
    choices: LOG_LEVELS,
    default: 'info',
    description: 'least severe log lines to write',
  }),
} as const

type SharedOptions = Partial<SettingOptions> & {
  optional?: true
  protocols?: readonly string[]
  parse?: (text: string) => unknown
}

/** Of the address beside that of a pooler, whose setting is named. */
export const sessionPostgresDescription = (pooler: string): string =>
  `the same database past the pooler, or by one in session mode, when \`${pooler}\` is that of a pooler in transaction mode: for notifications, jobs and migrations`

/** Of the address of the role that migrates. */
export const ownerPostgresDescription = (service: string): string =>
  `the role that owns the tables of ${service} and migrates them; the service then starts without migrating, under a role that reads and writes rows alone`

/** What both services say of a setting whose parser belongs to another package: `setting.custom({ ...sharedOptions.redis, parse })`. */
export const sharedOptions = {
  postgres: {
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    shownDefault: 'embedded, with `npm start`',
  },
  sessionPostgres: {
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    optional: true,
    shownDefault: 'none: each connection is a session',
  },
  ownerPostgres: {
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    shownDefault: 'none: the service migrates by itself',
  },
  redis: {
    name: 'REDIS_URL',
    secret: true,
    shownDefault: 'embedded, with `npm start`',
    description:
      '`redis://` or `rediss://`, where auth-service keeps sessions and publishes revocations; several comma-separated nodes mean Redis Cluster, and `?sentinel=NAME` behind the last one that they are Sentinels (`&sentinelAuth=off` where these ask for no password)',
  },
  employeeRedis: {
    name: 'EMPLOYEE_REDIS_URL',
    secret: true,
    optional: true,
    shownDefault: 'embedded, with `npm start`; else `REDIS_URL`',
    description:
      'the same for employee-service where one environment feeds both: for a Redis user who reads the stream of revocations and can do nothing else. Left out, employee-service takes `REDIS_URL` and says once that its user can do more',
  },
  operationsPort: {
    optional: true,
    description:
      'port for operators; keep everyone else away from it: `/metrics`, `/health/*` with `checks`, `/docs` and `/openapi.json`; a number, or `off`',
    parse: (text: string) => parseOperationsPort(text),
  },
  accessTokenAlgorithm: {
    name: 'ACCESS_TOKEN_ALGORITHM',
    default: 'HS256',
    description:
      'how access tokens are signed: `HS256` under a key shared with every verifier, `ES256` or `EdDSA` under a private key that auth-service alone holds; no other algorithm is accepted',
  },
  sharedKeys: {
    name: 'ACCESS_TOKEN_SECRET',
    optional: true,
    shownDefault: 'generated by `npm start`; required with `HS256`',
    description:
      'key ring of access tokens, shared with every verifier: `kid:secret[,kid:secret…]` or one bare secret; the first signs, all verify; at least 32 bytes each',
  },
  employeeClientId: {
    name: 'EMPLOYEE_CLIENT_ID',
    default: 'employee-service',
    description: 'the service client with which employee-service signs in to auth-service',
    parse: parseClientId,
  },
  employeeClientSecret: {
    name: 'EMPLOYEE_CLIENT_SECRET',
    secret: true,
    shownDefault: 'generated by `npm start`',
    description: 'secret of that client, at least 32 characters; auth-service creates the client only if it is set',
    parse: parseClientSecret,
  },
} as const satisfies Record<string, SharedOptions>
