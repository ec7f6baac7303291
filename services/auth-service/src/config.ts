import { domainToUnicode } from 'node:url'
import type { SigningRing } from '@latchkey/access-token'
import type { DatabaseAddress } from '@latchkey/database'
import { parseRedisUrl } from '@latchkey/resource-server/revocations'
import type { LoggerOptions } from '@latchkey/service-kit'
import {
  type Candidate,
  type Environment,
  isGiven,
  type Listening,
  listeningOf,
  loadSettings,
  portFaults,
  type SettingFault,
  sessionPostgresDescription,
  setting,
  sharedOptions,
  sharedSettings,
  type Watched,
} from '@latchkey/service-kit/settings'
import { administratorFaults, administratorSettings } from './accounts/administrator-settings.ts'
import { type RegistrationConfig, registrationFaults, registrationSettings } from './accounts/registration-settings.ts'
import { configuredClients } from './clients/configured-clients.ts'
import { type ConfiguredClient, ownClientFaults, parseServiceClients } from './clients/parse-service-clients.ts'
import { DATABASE_SETTINGS } from './database/database-settings.ts'
import { accessTokenKeysOf, keyFaults, keySettings } from './keys/key-settings.ts'
import { linksUrlOf, type MailConfig, mailConfigOf, mailFaults, mailSettings } from './mail/mail-settings.ts'
import { type ConfiguredPolicy, policySettings } from './permissions/policy-file.ts'
import type { AccessTokenProfile } from './sessions/access-token-issuer.ts'
import type { SessionLimits } from './sessions/session.ts'
import { lifetimeFaults, sessionSettings } from './sessions/session-settings.ts'
import { parseRangeUrl } from './users/breached-passwords.ts'
import type { PasswordSettings } from './users/create-users.ts'
import { parseContextWords } from './users/password-rules.ts'

/** What mails and pages call this system. */
export const PRODUCT = 'Latchkey'

const PORTS = { port: 'AUTH_PORT', operationsPort: 'AUTH_OPERATIONS_PORT' } as const

/** Every setting of this service; the only mention of environment names. */
export const settings = {
  host: sharedSettings.host,
  port: sharedSettings.authPort,
  operationsPort: setting.custom({
    ...sharedOptions.operationsPort,
    name: PORTS.operationsPort,
    shownDefault: '`AUTH_PORT` + 90',
  }),
  operationsHost: sharedSettings.operationsHost,
  apiDocs: sharedSettings.apiDocs,
  shutdownDelayMs: sharedSettings.shutdownDelayMs,
  databaseUrl: setting.url({
    ...sharedOptions.postgres,
    name: DATABASE_SETTINGS.url,
    description: 'Postgres database of auth-service',
  }),
  sessionDatabaseUrl: setting.url({
    ...sharedOptions.sessionPostgres,
    name: DATABASE_SETTINGS.sessionUrl,
    description: sessionPostgresDescription(DATABASE_SETTINGS.url),
  }),
  redis: setting.custom({ ...sharedOptions.redis, parse: parseRedisUrl }),
  ...keySettings,
  ...sessionSettings,
  issuer: sharedSettings.issuer,
  audience: sharedSettings.audience,
  ...administratorSettings,
  ...registrationSettings,
  ...mailSettings,
  ...policySettings,
  serviceClients: setting.custom({
    name: 'SERVICE_CLIENTS',
    json: true,
    secret: true,
    optional: true,
    description: 'service clients created at boot: JSON array of `{ "clientId", "secret", "scopes": [] }`',
    parse: parseServiceClients,
  }),
  employeeClientId: setting.custom(sharedOptions.employeeClientId),
  employeeClientSecret: setting.custom({ ...sharedOptions.employeeClientSecret, optional: true }),
  passwordMinLength: setting.integer({
    name: 'PASSWORD_MIN_LENGTH',
    default: 15,
    min: 8,
    max: 64,
    description: 'shortest password in characters',
  }),
  passwordContextWords: setting.custom({
    name: 'PASSWORD_CONTEXT_WORDS',
    optional: true,
    description:
      'words of the company that make a password guessable, comma-separated; the product’s name and the hosts of `PUBLIC_URL` and `TOKEN_ISSUER` always do',
    parse: parseContextWords,
  }),
  breachedPasswordsUrl: setting.custom({
    name: 'BREACHED_PASSWORDS_URL',
    optional: true,
    description:
      'range service for breached passwords (k-anonymity), such as `https://api.pwnedpasswords.com/range`; it gets five hexadecimal digits of a hash, and one that does not answer within a second blocks no password',
    parse: parseRangeUrl,
  }),
  auditRetentionMs: setting.durationMs({
    name: 'AUDIT_RETENTION',
    optional: true,
    shownDefault: 'for ever',
    // What a month may bring to light needs its trail.
    min: '30d',
    max: '36500d',
    description: 'how long entries of the audit trail stay, at least `30d`; those before are deleted each hour',
  }),
  allowedOrigins: sharedSettings.allowedOrigins,
  trustProxy: sharedSettings.trustProxy,
  logLevel: sharedSettings.logLevel,
}

export type Config = {
  readonly listening: Listening
  /** Whether the public port has the API's description. */
  readonly apiDocs: boolean
  readonly database: DatabaseAddress
  /** One server, or the entry points of a Redis Cluster. */
  readonly redis: readonly string[]
  readonly tokens: {
    readonly issuer: string
    readonly audience: string
    readonly accessKeys: Watched<SigningRing>
    readonly accessTtlSeconds: number
    readonly accessProfile: AccessTokenProfile
    readonly refreshKeys: Watched<SigningRing>
  }
  readonly sessions: SessionLimits
  readonly passwords: PasswordSettings
  /** The first one; none is created without a password. */
  readonly registration: RegistrationConfig
  /** Without it no mail leaves. */
  readonly mail: MailConfig | undefined
  /** Where browsers reach this service, a path in front included. */
  readonly publicUrl: string
  /** Where links of mails lead, without the path of their purpose. */
  readonly linksUrl: string
  readonly administrator: { readonly email: string; readonly password: string | undefined }
  /** employee-service's own among them. */
  readonly serviceClients: readonly ConfiguredClient[]
  /** How long entries of the audit trail stay. Milliseconds; for ever unless given. */
  readonly auditRetentionMs: number | undefined
  /** Scopes and roles of one's own. */
  readonly accessPolicy: ConfiguredPolicy | undefined
  readonly allowedOrigins: readonly string[]
  readonly trustProxy: readonly string[]
  readonly logLevel: LoggerOptions['level']
}

/** @throws {SettingsError} naming every variable that is missing or not acceptable, without its value */
export function loadConfig(environment: Environment): Config {
  const loaded = loadSettings(settings, environment, faults)
  const accessKeys = accessTokenKeysOf(loaded)
  if (accessKeys === undefined) throw new Error('the settings were accepted without keys of access tokens')
  const { port, redis, logLevel } = loaded
  const { idleMs, maxAgeMs, graceMs, maxDevicesPerUser } = loaded
  const issuer = loaded.issuer ?? `http://localhost:${port}`
  return {
    listening: listeningOf(loaded, PORTS),
    apiDocs: loaded.apiDocs === 'on',
    database: {
      url: loaded.databaseUrl,
      ...(loaded.sessionDatabaseUrl !== undefined && { sessionUrl: loaded.sessionDatabaseUrl }),
      ...(isGiven(environment, DATABASE_SETTINGS.owner) && { migrates: false }),
    },
    redis,
    tokens: {
      issuer,
      audience: loaded.audience,
      accessKeys,
      accessTtlSeconds: loaded.accessTokenTtlSeconds,
      accessProfile: loaded.accessTokenProfile,
      refreshKeys: loaded.refreshTokenKeys,
    },
    sessions: { idleMs, maxAgeMs, graceMs, maxDevicesPerUser },
    passwords: {
      minLength: loaded.passwordMinLength,
      contextWords: [PRODUCT, ...hostsOf(issuer, loaded.publicUrl ?? issuer), ...(loaded.passwordContextWords ?? [])],
      breachedUrl: loaded.breachedPasswordsUrl,
    },
    registration: {
      mode: loaded.registration,
      domains: loaded.registrationDomains,
      invitationDomains: loaded.invitationDomains,
    },
    mail: mailConfigOf(loaded),
    publicUrl: loaded.publicUrl ?? issuer,
    linksUrl: linksUrlOf(loaded, issuer),
    administrator: { email: loaded.adminEmail, password: loaded.adminPassword },
    serviceClients: configuredClients(loaded),
    auditRetentionMs: loaded.auditRetentionMs,
    accessPolicy: loaded.accessPolicy,
    allowedOrigins: loaded.allowedOrigins ?? [],
    trustProxy: loaded.trustProxy ?? [],
    logLevel,
  }
}

/** The hosts of URLs as people read them. */
const hostsOf = (...urls: readonly string[]): string[] => urls.map((url) => domainToUnicode(new URL(url).hostname))

function* faults(candidate: Candidate<typeof settings>): Iterable<SettingFault> {
  yield* portFaults(candidate, PORTS)
  yield* keyFaults(candidate)
  yield* lifetimeFaults(candidate)
  yield* administratorFaults(candidate)
  yield* ownClientFaults(candidate)
  yield* mailFaults(candidate)
  yield* registrationFaults(candidate, mailConfigOf(candidate) !== undefined)
}
