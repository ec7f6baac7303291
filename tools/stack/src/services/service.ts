import { join } from 'node:path'
import { repositoryRoot } from '../settings/stack-settings.ts'

/** A program of this repository that the stack runs. */
export type Service = {
  readonly name: string
  /** Stands in front of its log lines. */
  readonly label: string
  readonly main: string
  readonly portSetting: 'AUTH_PORT' | 'EMPLOYEE_PORT'
  /** Settings that only the other one may know; `_FILE` included. */
  readonly withheld: readonly string[]
}

const mainOf = (name: string): string => join(repositoryRoot, 'services', name, 'src/main.ts')

export const authService: Service = {
  name: 'auth-service',
  label: 'auth',
  main: mainOf('auth-service'),
  portSetting: 'AUTH_PORT',
  withheld: ['EMPLOYEE_DATABASE_URL'],
}

export const employeeService: Service = {
  name: 'employee-service',
  label: 'employee',
  main: mainOf('employee-service'),
  portSetting: 'EMPLOYEE_PORT',
  withheld: ['DATABASE_URL', 'ACCESS_TOKEN_PRIVATE_KEYS', 'REFRESH_TOKEN_SECRET', 'ADMIN_PASSWORD', 'SERVICE_CLIENTS'],
}
