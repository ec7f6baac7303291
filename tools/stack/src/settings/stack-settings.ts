import { join, resolve } from 'node:path'
import { StackError } from '../stack-error.ts'

export type Environment = Record<string, string | undefined>

/** What the stack itself reads; everything else in the environment goes to the services as it is. */
export type StackSettings = {
  readonly environment: Environment
  readonly dataDirectory: string
  /** Address the services listen on. */
  readonly host: string
  readonly authPort: number
  readonly employeePort: number
}

export const repositoryRoot = join(import.meta.dirname, '../../../..')

/** @throws StackError naming every setting that is not usable */
export function readStackSettings(environment: Environment): StackSettings {
  const faults: string[] = []
  const port = (name: string, fallback: number): number => {
    const text = environment[name] || String(fallback)
    const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
    if (value < 1 || value > 65_535) faults.push(`${name} must be a port number, 1 to 65535`)
    return value
  }
  const authPort = port('AUTH_PORT', 3001)
  const employeePort = port('EMPLOYEE_PORT', 3002)
  if (faults.length === 0 && authPort === employeePort) faults.push('AUTH_PORT and EMPLOYEE_PORT must differ')
  if (faults.length > 0) throw new StackError(faults.join('\n'))
  return {
    environment,
    dataDirectory: resolve(repositoryRoot, environment.DATA_DIR || '.data'),
    host: environment.HOST || '127.0.0.1',
    authPort,
    employeePort,
  }
}

/** Whether the environment has the setting, by value or (secrets) as the path of a file. */
export const isGiven = (environment: Environment, name: string): boolean =>
  Boolean(environment[name]) || Boolean(environment[`${name}_FILE`])

/** The address for somebody on this machine: one cannot connect to "every address". */
export function localUrl(host: string, port: number): string {
  if (['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
