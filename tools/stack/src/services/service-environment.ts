import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Algorithm } from '@latchkey/access-token'
import { privateKeysName } from '../keys/options.ts'
import { randomRing } from '../keys/ring-text.ts'
import type { SecretSetting, SecretSource } from '../settings/secret-source.ts'
import { type Environment, isGiven, localUrl, type StackSettings } from '../settings/stack-settings.ts'
import { employeeService, type Service } from './service.ts'

/** Addresses of the servers that the stack started itself; undefined where the environment names one. */
export type EmbeddedAddresses = {
  databaseUrl?: string
  employeeDatabaseUrl?: string
  /** Of the roles that own the tables of these databases. */
  ownerUrl?: string
  employeeOwnerUrl?: string
  redisUrl?: string
  employeeRedisUrl?: string
}

export type SharedEnvironment = {
  readonly environment: Environment
  /** Of the first administrator, new at every run; undefined where the environment sets one. */
  readonly newPassword: string | undefined
}

/**
 * The environment that both services draw from: what is set stands, the rest gets its default here. Secrets are passed by the
 * path of a file, since `ps` shows the environment of a process.
 *
 * auth-service uses the administrator's password only if it has no administrator yet, and logs that it did.
 */
export function sharedEnvironment(
  own: Environment,
  settings: StackSettings,
  secrets: SecretSource,
  embedded: EmbeddedAddresses,
): SharedEnvironment {
  const { dataDirectory, host, authPort, employeePort, operationsHost } = settings
  const environment: Environment = { ...own }
  const setDefault = (name: string, value: string | undefined): void => {
    if (!own[name]) environment[name] = value
  }
  const setSecret = (name: string, file: string, value: string | undefined): void => {
    if (value !== undefined && !isGiven(own, name))
      Object.assign(environment, variableOf(name, secrets.ofThisRun(file, value)))
  }
  const setKeptSecret = (name: string, file: string, make?: () => string): void => {
    if (!isGiven(own, name)) Object.assign(environment, variableOf(name, secrets.kept(file, make)))
  }
  const setRing = (name: string, file: string, algorithm: Algorithm): void =>
    setKeptSecret(name, file, () => randomRing(algorithm))

  setDefault('HOST', host)
  setDefault('AUTH_PORT', String(authPort))
  setDefault('EMPLOYEE_PORT', String(employeePort))
  setDefault('OPERATIONS_HOST', operationsHost)
  setDefault('AUTH_OPERATIONS_PORT', String(settings.authOperationsPort))
  setDefault('EMPLOYEE_OPERATIONS_PORT', String(settings.employeeOperationsPort))
  setDefault('TOKEN_ISSUER', `http://localhost:${authPort}`)
  setDefault('TOKEN_AUDIENCE', 'latchkey')
  setDefault('AUTH_URL', localUrl(host, authPort))
  setDefault('EMPLOYEE_CLIENT_ID', 'employee-service')
  setDefault('ADMIN_EMAIL', 'admin@localhost.test')
  if (!isGiven(own, 'SMTP_URL')) setDefault('MAIL_DIRECTORY', join(dataDirectory, 'mail'))
  setSecret('DATABASE_URL', 'auth-database-url', embedded.databaseUrl)
  setSecret('EMPLOYEE_DATABASE_URL', 'employee-database-url', embedded.employeeDatabaseUrl)
  // The owner of a database of one's own is for its owner to name.
  if (!isGiven(own, 'DATABASE_URL')) setSecret('MIGRATION_DATABASE_URL', 'auth-owner-url', embedded.ownerUrl)
  if (!isGiven(own, 'EMPLOYEE_DATABASE_URL')) {
    setSecret('EMPLOYEE_MIGRATION_DATABASE_URL', 'employee-owner-url', embedded.employeeOwnerUrl)
  }
  setSecret('REDIS_URL', 'redis-url', embedded.redisUrl)
  setSecret('EMPLOYEE_REDIS_URL', 'employee-redis-url', embedded.employeeRedisUrl)
  setKeptSecret('EMPLOYEE_CLIENT_SECRET', 'employee-client-secret')
  setRing('REFRESH_TOKEN_SECRET', 'refresh-token-secret', 'HS256')

  const algorithm = own.ACCESS_TOKEN_ALGORITHM
  if (algorithm === 'ES256' || algorithm === 'EdDSA') {
    setRing('ACCESS_TOKEN_PRIVATE_KEYS', privateKeysName(algorithm), algorithm)
    if (!isGiven(own, 'ACCESS_TOKEN_PUBLIC_KEYS')) {
      setDefault('ACCESS_TOKEN_JWKS_URL', `${environment.AUTH_URL?.replace(/\/+$/, '')}/.well-known/jwks.json`)
    }
  } else {
    setRing('ACCESS_TOKEN_SECRET', 'access-token-secret', 'HS256')
  }

  const newPassword = isGiven(own, 'ADMIN_PASSWORD') ? undefined : randomPassword(own.PASSWORD_MIN_LENGTH)
  setSecret('ADMIN_PASSWORD', 'administrator-password', newPassword)
  return { environment, newPassword }
}

/** The part of it that one service reads. */
export function environmentOf(service: Service, { environment }: SharedEnvironment): Environment {
  const readable = { ...environment }
  const isElsewhere = service === employeeService && isGiven(environment, 'EMPLOYEE_REDIS_URL')
  for (const name of [...service.withheld, ...(isElsewhere ? ['REDIS_URL'] : [])]) {
    delete readable[name]
    delete readable[`${name}_FILE`]
  }
  return readable
}

/** Without the new password: there is an administrator. Its file goes, too. */
export function withoutPassword(shared: SharedEnvironment, secrets: SecretSource): SharedEnvironment {
  if (shared.newPassword === undefined) return shared
  secrets.remove('administrator-password')
  const { ADMIN_PASSWORD: _value, ADMIN_PASSWORD_FILE: _file, ...environment } = shared.environment
  return { environment, newPassword: undefined }
}

/** An empty variable of either name counts as not set, and must not stand beside the other one. */
const variableOf = (name: string, secret: SecretSetting): Environment =>
  'file' in secret
    ? { [name]: undefined, [`${name}_FILE`]: secret.file }
    : { [name]: secret.value, [`${name}_FILE`]: undefined }

// At least 24 characters, more where the settings ask for it; four characters hold three bytes.
function randomPassword(minLength: string | undefined): string {
  const length = Math.min(64, Math.max(24, Number(minLength) || 0))
  return randomBytes(Math.ceil((length * 3) / 4)).toString('base64url')
}
