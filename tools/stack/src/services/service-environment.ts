import { randomBytes } from 'node:crypto'
import type { Algorithm } from '@latchkey/access-token'
import { privateKeysName } from '../keys/options.ts'
import { randomRing } from '../keys/ring-text.ts'
import { keptSecret } from '../settings/kept-secret.ts'
import { type Environment, isGiven, localUrl, type StackSettings } from '../settings/stack-settings.ts'
import type { Service } from './service.ts'

/** Addresses of the servers that the stack started itself; undefined where the environment names one. */
export type EmbeddedAddresses = { databaseUrl?: string; employeeDatabaseUrl?: string; redisUrl?: string }

export type SharedEnvironment = { environment: Environment; adminPassword: string }

/**
 * The environment that both services draw from: what is set stands, the rest gets its default here, secrets by the path
 * of the file that keeps them.
 *
 * The administrator's password is a new one at every run and kept nowhere: auth-service uses it only if it has no
 * administrator yet, and says so.
 */
export function sharedEnvironment(
  settings: StackSettings,
  secrets: string,
  embedded: EmbeddedAddresses,
): SharedEnvironment {
  const { environment: own, host, authPort, employeePort } = settings
  const values: Environment = {
    HOST: host,
    AUTH_PORT: String(authPort),
    EMPLOYEE_PORT: String(employeePort),
    DATABASE_URL: embedded.databaseUrl,
    EMPLOYEE_DATABASE_URL: embedded.employeeDatabaseUrl,
    REDIS_URL: embedded.redisUrl,
    TOKEN_ISSUER: `http://localhost:${authPort}`,
    TOKEN_AUDIENCE: 'latchkey',
    AUTH_URL: localUrl(host, authPort),
    EMPLOYEE_CLIENT_ID: 'employee-service',
    ADMIN_EMAIL: 'admin@localhost.test',
    ADMIN_PASSWORD: randomPassword(own.PASSWORD_MIN_LENGTH),
  }
  const environment: Environment = { ...own }
  const fillIn = (name: string, variable: string, value: () => string | undefined): void => {
    if (isGiven(own, name)) return
    delete environment[name]
    delete environment[`${name}_FILE`]
    environment[variable] = value()
  }
  for (const [name, value] of Object.entries(values)) fillIn(name, name, () => value)
  const fillInRing = (name: string, file: string, algorithm: Algorithm): void =>
    fillIn(name, `${name}_FILE`, () => keptSecret(secrets, file, () => randomRing(algorithm)).file)
  const algorithm = own.ACCESS_TOKEN_ALGORITHM
  if (algorithm === 'ES256' || algorithm === 'EdDSA') {
    fillInRing('ACCESS_TOKEN_PRIVATE_KEYS', privateKeysName(algorithm), algorithm)
    if (!isGiven(own, 'ACCESS_TOKEN_PUBLIC_KEYS')) {
      fillIn(
        'ACCESS_TOKEN_JWKS_URL',
        'ACCESS_TOKEN_JWKS_URL',
        () => `${environment.AUTH_URL?.replace(/\/+$/, '')}/.well-known/jwks.json`,
      )
    }
  } else {
    fillInRing('ACCESS_TOKEN_SECRET', 'access-token-secret', 'HS256')
  }
  fillInRing('REFRESH_TOKEN_SECRET', 'refresh-token-secret', 'HS256')
  fillIn(
    'EMPLOYEE_CLIENT_SECRET',
    'EMPLOYEE_CLIENT_SECRET_FILE',
    () => keptSecret(secrets, 'employee-client-secret').file,
  )
  return { environment, adminPassword: environment.ADMIN_PASSWORD ?? '' }
}

/** What one service gets to see of it. */
export function environmentOf(service: Service, { environment }: SharedEnvironment): Environment {
  const seen = { ...environment }
  for (const name of service.withheld) {
    delete seen[name]
    delete seen[`${name}_FILE`]
  }
  return seen
}

// At least 24 characters, more where the settings demand it; four characters hold three bytes.
function randomPassword(minimumLength: string | undefined): string {
  const length = Math.max(24, Number(minimumLength) || 0)
  return randomBytes(Math.ceil((length * 3) / 4)).toString('base64url')
}
