import { ALGORITHMS, type Algorithm } from '@latchkey/access-token'
import { UserFacingError } from '@latchkey/harness'
import { loadSettings, SettingsError, setting, sharedOptions, sharedSettings } from '@latchkey/service-kit/settings'
import { dataDirectory, type Environment } from '../settings/stack-settings.ts'

/** How to sign in as a user with `clients:manage`. */
export type AdminCredentials = {
  /** Of a session that was opened elsewhere; the others do not matter then. */
  readonly accessToken: string | undefined
  readonly email: string
  readonly password: string | undefined
}

/** What `npm run keys` reads from the environment, and options that have a form to check. */
export type KeysSettings = {
  readonly algorithm: Algorithm
  /** Undefined: what the algorithm of the ring needs. */
  readonly settleMs: number | undefined
  readonly accessTokenTtlMs: number
  readonly sessionMaxAgeMs: number
  readonly authUrl: string
  readonly admin: AdminCredentials
  /** Absolute. */
  readonly dataDirectory: string
}

type CheckedOptions = {
  readonly algorithm?: string | undefined
  readonly settle?: string | undefined
  readonly url?: string | undefined
}

/** @throws {UserFacingError} with every fault, by name and never by value */
export function readKeysSettings(options: CheckedOptions, environment: Environment): KeysSettings {
  const either = (option: keyof CheckedOptions, name: string): string => (options[option] ? `--${option}` : name)
  const definitions = {
    dataDirectory,
    authPort: sharedSettings.authPort,
    algorithm: setting.choice({
      ...sharedOptions.accessTokenAlgorithm,
      name: either('algorithm', 'ACCESS_TOKEN_ALGORITHM'),
      choices: ALGORITHMS,
    }),
    settleMs: setting.durationMs({ name: '--settle', optional: true, description: 'until a changed ring is read' }),
    accessTokenTtlMs: setting.durationMs({
      name: 'ACCESS_TOKEN_EXPIRY',
      default: '15m',
      description: 'as auth-service',
    }),
    sessionMaxAgeMs: setting.durationMs({ name: 'SESSION_MAX_AGE', default: '30d', description: 'as auth-service' }),
    authUrl: setting.url({ name: either('url', 'AUTH_URL'), optional: true, description: 'address of auth-service' }),
    email: setting.text({ name: 'ADMIN_EMAIL', default: 'admin@localhost.test', description: 'with clients:manage' }),
    password: setting.secret({ name: 'ADMIN_PASSWORD', optional: true, description: 'of that user' }),
    accessToken: setting.secret({ name: 'LATCHKEY_TOKEN', optional: true, description: 'with clients:manage' }),
  }
  const values = {
    ...environment,
    '--algorithm': options.algorithm,
    '--settle': options.settle,
    '--url': options.url,
  }
  try {
    const { authPort, authUrl, email, password, accessToken, ...rest } = loadSettings(definitions, values)
    return {
      ...rest,
      authUrl: authUrl ?? `http://localhost:${authPort}`,
      admin: { accessToken, email, password },
    }
  } catch (error) {
    throw error instanceof SettingsError ? new UserFacingError(error.message) : error
  }
}
