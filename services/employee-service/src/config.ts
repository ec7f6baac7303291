import { ALGORITHMS, type KeyRing, parseKeyRing, parsePublicKeys } from '@latchkey/access-token'
import type { DatabaseAddress } from '@latchkey/database'
import type { JwksOptions, RevocationOptions } from '@latchkey/resource-server'
import { parseRedisUrl } from '@latchkey/resource-server/revocations'
import type { ServiceClientOptions } from '@latchkey/service-client'
import type { LoggerOptions } from '@latchkey/service-kit'
import {
  BadSetting,
  type Candidate,
  type Environment,
  isGiven,
  type Listening,
  listeningOf,
  loadSettings,
  parsePublicUrl,
  parseUrl,
  portFaults,
  type SettingFault,
  sessionPostgresDescription,
  setting,
  sharedOptions,
  sharedSettings,
  type Watched,
} from '@latchkey/service-kit/settings'
import { DATABASE_SETTINGS } from './database/database-settings.ts'

const PORTS = { port: 'EMPLOYEE_PORT', operationsPort: 'EMPLOYEE_OPERATIONS_PORT' } as const

/** Every setting of this service; the only mention of environment names. */
export const settings = {
  host: sharedSettings.host,
  port: setting.port({ name: PORTS.port, default: 3002, description: 'port to listen on' }),
  publicUrl: setting.custom({
    name: 'EMPLOYEE_PUBLIC_URL',
    optional: true,
    shownDefault: 'none: paths in answers begin at the host',
    description:
      'where browsers reach employee-service, a path in front included: base of `Location`, own origin of pages; https unless localhost',
    parse: parsePublicUrl,
  }),
  operationsPort: setting.custom({
    ...sharedOptions.operationsPort,
    name: PORTS.operationsPort,
    shownDefault: '`EMPLOYEE_PORT` + 90',
  }),
  operationsHost: sharedSettings.operationsHost,
  apiDocs: sharedSettings.apiDocs,
  shutdownDelayMs: sharedSettings.shutdownDelayMs,
  authPort: sharedSettings.authPort,
  authUrl: setting.custom({
    name: 'AUTH_URL',
    shownDefault: 'set by `npm start` and compose',
    description: 'where employee-service reaches auth-service, to disable accounts of employees who left',
    parse: parseBaseUrl,
  }),
  clientId: setting.custom(sharedOptions.employeeClientId),
  clientSecret: setting.custom(sharedOptions.employeeClientSecret),
  databaseUrl: setting.url({
    ...sharedOptions.postgres,
    name: DATABASE_SETTINGS.url,
    description: 'Postgres database of employee-service',
  }),
  sessionDatabaseUrl: setting.url({
    ...sharedOptions.sessionPostgres,
    name: DATABASE_SETTINGS.sessionUrl,
    description: sessionPostgresDescription(DATABASE_SETTINGS.url),
  }),
  accessTokenAlgorithm: setting.choice({ ...sharedOptions.accessTokenAlgorithm, choices: ALGORITHMS }),
  sharedKeys: setting.watched({ ...sharedOptions.sharedKeys, parse: parseKeyRing }),
  publicKeys: setting.watched({
    name: 'ACCESS_TOKEN_PUBLIC_KEYS',
    json: true,
    optional: true,
    description:
      'public keys of access tokens as a JWK Set, with `ES256` and `EdDSA`, instead of `ACCESS_TOKEN_JWKS_URL`',
    parse: parsePublicKeys,
  }),
  jwksUrl: setting.url({
    name: 'ACCESS_TOKEN_JWKS_URL',
    optional: true,
    shownDefault: 'set by `npm start`; with `ES256` and `EdDSA` this or `ACCESS_TOKEN_PUBLIC_KEYS` is required',
    description: 'where these public keys are fetched: `/.well-known/jwks.json` of auth-service',
  }),
  issuer: sharedSettings.issuer,
  audience: sharedSettings.audience,
  redisUrl: setting.custom({ ...sharedOptions.redis, optional: true, parse: parseRedisUrls }),
  ownRedisUrl: setting.custom({ ...sharedOptions.employeeRedis, parse: parseRedisUrls }),
  maxStalenessMs: setting.durationMs({
    name: 'REVOCATION_MAX_STALENESS',
    default: '30s',
    min: '1s',
    max: '24h',
    description: 'how long a verifier may be cut off from the revocation feed before `ON_STALE_REVOCATIONS` applies',
  }),
  onStale: setting.choice({
    name: 'ON_STALE_REVOCATIONS',
    choices: ['accept', 'reject'],
    default: 'accept',
    description:
      'then tokens are checked against the last known revocations (`accept`), or refused with 503 (`reject`)',
  }),
  allowedOrigins: sharedSettings.allowedOrigins,
  trustProxy: sharedSettings.trustProxy,
  logLevel: sharedSettings.logLevel,
}

/** A ring that may change with its file, or the address of the issuer's public keys. */
export type AccessTokenKeys = Watched<KeyRing> | JwksOptions

export type Config = {
  readonly listening: Listening
  /** Whether the public port has the API's description. */
  readonly apiDocs: boolean
  readonly database: DatabaseAddress
  readonly tokens: { readonly keys: AccessTokenKeys; readonly issuer: string; readonly audience: string }
  readonly revocations: RevocationOptions
  /** How to reach auth-service, and to sign in to it. */
  readonly auth: Pick<ServiceClientOptions, 'baseUrl' | 'tokenUrl' | 'clientId' | 'clientSecret'>
  /** Where browsers reach this service, a path in front included; undefined when nobody has said. */
  readonly publicUrl: string | undefined
  readonly allowedOrigins: readonly string[]
  readonly trustProxy: readonly string[]
  readonly logLevel: LoggerOptions['level']
}

/** @throws {SettingsError} naming every variable that is missing or not acceptable, without its value */
export function loadConfig(environment: Environment): Config {
  const loaded = loadSettings(settings, environment, (candidate) => faults(candidate, environment))
  const keys = keysOf(loaded)
  if (keys === undefined) throw new Error('the settings were accepted without keys of access tokens')
  const redisUrl = loaded.ownRedisUrl ?? loaded.redisUrl
  if (redisUrl === undefined) throw new Error('the settings were accepted without an address of Redis')
  const { audience, maxStalenessMs, onStale, logLevel } = loaded
  const { authUrl, clientId, clientSecret } = loaded
  return {
    listening: listeningOf(loaded, PORTS),
    apiDocs: loaded.apiDocs === 'on',
    database: {
      url: loaded.databaseUrl,
      ...(loaded.sessionDatabaseUrl !== undefined && { sessionUrl: loaded.sessionDatabaseUrl }),
      ...(isGiven(environment, DATABASE_SETTINGS.owner) && { migrates: false }),
    },
    tokens: { keys, issuer: loaded.issuer ?? `http://localhost:${loaded.authPort}`, audience },
    revocations: { redisUrl, maxStalenessMs, onStale },
    auth: { baseUrl: authUrl, tokenUrl: `${authUrl.replace(/\/+$/, '')}/oauth/token`, clientId, clientSecret },
    publicUrl: loaded.publicUrl,
    allowedOrigins: loaded.allowedOrigins ?? [],
    trustProxy: loaded.trustProxy ?? [],
    logLevel,
  }
}

type Settings = Candidate<typeof settings>

function keysOf({ accessTokenAlgorithm: algorithm, sharedKeys, publicKeys, jwksUrl }: Settings) {
  if (algorithm === 'HS256') return sharedKeys
  if (publicKeys !== undefined) return publicKeys
  return jwksUrl === undefined || algorithm === undefined ? undefined : { jwksUrl, algorithm }
}

function* faults(candidate: Settings, environment: Environment): Iterable<SettingFault> {
  yield* portFaults(candidate, PORTS)
  yield* keyFaults(candidate)
  const { name } = settings.redisUrl
  if (candidate.redisUrl === undefined && !isGiven(environment, settings.ownRedisUrl.name)) {
    yield { name, message: `(or ${name}_FILE) must be set` }
  }
}

/**
 * Whether this environment is that of auth-service, too, and names no Redis user for this service: the one whom it gets can do more than
 * a verifier needs.
 */
export const sharesRedisUser = (environment: Environment): boolean =>
  isGiven(environment, 'REFRESH_TOKEN_SECRET') && !isGiven(environment, settings.ownRedisUrl.name)

function keyFaults(candidate: Settings): SettingFault[] {
  const { accessTokenAlgorithm: algorithm } = candidate
  if (algorithm === undefined) return []
  const name = algorithm === 'HS256' ? 'ACCESS_TOKEN_SECRET' : 'ACCESS_TOKEN_PUBLIC_KEYS'
  const keys = keysOf(candidate)
  if (keys === undefined) {
    const other = algorithm === 'HS256' ? '' : ', or ACCESS_TOKEN_JWKS_URL,'
    return [{ name, message: `(or ${name}_FILE)${other} must be set` }]
  }
  if ('jwksUrl' in keys || keys.current().algorithm === algorithm) return []
  const [first] = keys.current().keys
  return [{ name, message: `has the key '${first?.kid}' for another algorithm than ${algorithm}` }]
}

function parseRedisUrls(text: string): string {
  parseRedisUrl(text)
  return text
}

/** A base URL: paths are appended to it. */
function parseBaseUrl(text: string): string {
  const { username, password } = new URL(parseUrl(text, ['http:', 'https:']))
  if (/[?#]/.test(text) || username !== '' || password !== '') {
    throw new BadSetting('must be an http:// or https:// URL without user, query or fragment')
  }
  return text
}
