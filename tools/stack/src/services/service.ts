import { fileURLToPath } from 'node:url'
import type { Environment } from '../settings/stack-settings.ts'

/** A program of this repository that the stack runs. */
export type Service = {
  readonly name: ServiceName
  /** Stands in front of its log lines. */
  readonly label: string
  readonly main: string
  readonly portSetting: 'AUTH_PORT' | 'EMPLOYEE_PORT'
  readonly operationsPortSetting: 'AUTH_OPERATIONS_PORT' | 'EMPLOYEE_OPERATIONS_PORT'
  /** The address of the role that owns its tables and migrates them. */
  readonly ownerSetting: string
  /** Settings that only the other one may know; `_FILE` included. */
  readonly withheld: readonly string[]
}

export type ServiceName = 'auth-service' | 'employee-service'

/** The entry file of a service. */
export const serviceMain = (name: ServiceName): string => fileURLToPath(import.meta.resolve(`@latchkey/${name}/main`))

/** auth-service's commands for operators. */
export const adminProgram = fileURLToPath(import.meta.resolve('@latchkey/auth-service/admin'))

/** How a service reads its settings; the function throws what the service would tell at its start. */
export async function loadConfigOf({ name }: Service): Promise<(environment: Environment) => unknown> {
  const configs = {
    'auth-service': () => import('@latchkey/auth-service/config'),
    'employee-service': () => import('@latchkey/employee-service/config'),
  }
  return (await configs[name]()).loadConfig
}

/** What migrates the database of a service. */
export async function migrationOf({ name }: Service) {
  const migrations = {
    'auth-service': () => import('@latchkey/auth-service/migration'),
    'employee-service': () => import('@latchkey/employee-service/migration'),
  }
  return (await migrations[name]()).migrateDatabase
}

/** Settings that no service reads. */
const OWNERS = ['MIGRATION_DATABASE_URL', 'EMPLOYEE_MIGRATION_DATABASE_URL']

export const authService: Service = {
  name: 'auth-service',
  label: 'auth',
  main: serviceMain('auth-service'),
  portSetting: 'AUTH_PORT',
  operationsPortSetting: 'AUTH_OPERATIONS_PORT',
  ownerSetting: 'MIGRATION_DATABASE_URL',
  withheld: ['EMPLOYEE_DATABASE_URL', 'EMPLOYEE_SESSION_DATABASE_URL', 'EMPLOYEE_REDIS_URL', ...OWNERS],
}

export const employeeService: Service = {
  name: 'employee-service',
  label: 'employee',
  main: serviceMain('employee-service'),
  portSetting: 'EMPLOYEE_PORT',
  operationsPortSetting: 'EMPLOYEE_OPERATIONS_PORT',
  ownerSetting: 'EMPLOYEE_MIGRATION_DATABASE_URL',
  withheld: [
    'DATABASE_URL',
    'SESSION_DATABASE_URL',
    ...OWNERS,
    'ACCESS_TOKEN_PRIVATE_KEYS',
    'REFRESH_TOKEN_SECRET',
    'ADMIN_PASSWORD',
    'SERVICE_CLIENTS',
    'SMTP_URL',
  ],
}

/** In the order in which they start. */
export const services: readonly Service[] = [authService, employeeService]
