import { parseRedisUrl } from '@latchkey/resource-server/revocations'
import { type Environment, loadSettings, setting, sharedOptions } from '@latchkey/service-kit/settings'
import { settings } from '../config.ts'
import { linksUrlOf } from '../mail/mail-settings.ts'

/** What the operator's commands read: less than the service, so that they run beside a bare database. */
const commandSettings = {
  databaseUrl: settings.databaseUrl,
  sessionDatabaseUrl: settings.sessionDatabaseUrl,
  redis: setting.custom({ ...sharedOptions.redis, optional: true, parse: parseRedisUrl }),
  port: settings.port,
  idleMs: settings.idleMs,
  maxAgeMs: settings.maxAgeMs,
  issuer: settings.issuer,
  audience: settings.audience,
  publicUrl: settings.publicUrl,
  linksUrl: settings.linksUrl,
  employeeDatabaseUrl: setting.url({
    ...sharedOptions.postgres,
    name: 'EMPLOYEE_DATABASE_URL',
    optional: true,
    description: 'Postgres database of employee-service, for `--linked`',
  }),
}

export type CommandConfig = {
  readonly databaseUrl: string
  /** Without it, what Redis remembers of accounts stays. */
  readonly redis: readonly string[] | undefined
  readonly linksUrl: string
  /** How long sessions live. Milliseconds. */
  readonly sessions: { readonly idleMs: number; readonly maxAgeMs: number }
  /** What access tokens have in them. */
  readonly tokens: { readonly issuer: string; readonly audience: string }
  readonly employeeDatabaseUrl: string | undefined
}

/** @throws {SettingsError} naming every variable that is missing or not acceptable, without its value */
export function loadCommandConfig(environment: Environment): CommandConfig {
  const loaded = loadSettings(commandSettings, environment)
  const { redis, employeeDatabaseUrl, port, audience, idleMs, maxAgeMs } = loaded
  const issuer = loaded.issuer ?? `http://localhost:${port}`
  // Few connections for a short time: they need no pooler.
  const databaseUrl = loaded.sessionDatabaseUrl ?? loaded.databaseUrl
  return {
    databaseUrl,
    redis,
    linksUrl: linksUrlOf(loaded, issuer),
    sessions: { idleMs, maxAgeMs },
    tokens: { issuer, audience },
    employeeDatabaseUrl,
  }
}
