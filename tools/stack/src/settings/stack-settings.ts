import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { BadSetting, loadSettings, setting, sharedSettings } from '@latchkey/service-kit/settings'

export type Environment = Record<string, string | undefined>

/** What the stack itself reads; everything else in the environment goes to the services as it is. */
export type StackSettings = {
  /** Absolute. */
  readonly dataDirectory: string
  /** Address the services listen on. */
  readonly host: string
  readonly authPort: number
  readonly employeePort: number
}

export const repositoryRoot = join(import.meta.dirname, '../../../..')

export const dataDirectory = setting.custom({
  name: 'DATA_DIR',
  default: '.data',
  description: 'where `npm start` keeps databases and secrets',
  parse: parseDataDirectory,
})

const settings = {
  dataDirectory,
  host: sharedSettings.host,
  // Unlike a service, the stack has to know the port before it is listened on: 0 will not do.
  authPort: setting.integer({ name: 'AUTH_PORT', default: 3001, min: 1, max: 65_535, description: 'of auth-service' }),
  employeePort: setting.integer({
    name: 'EMPLOYEE_PORT',
    default: 3002,
    min: 1,
    max: 65_535,
    description: 'of employee-service',
  }),
}

/** @throws {SettingsError} naming every setting that is not usable */
export const readStackSettings = (environment: Environment): StackSettings =>
  loadSettings(settings, environment, ({ authPort, employeePort }) =>
    authPort !== undefined && authPort === employeePort
      ? [{ name: 'AUTH_PORT', message: 'and EMPLOYEE_PORT must differ' }]
      : [],
  )

/** Relative paths start at the repository. Nothing is made yet. */
function parseDataDirectory(text: string): string {
  const path = resolve(repositoryRoot, text)
  let nearest = path
  while (!existsSync(nearest)) nearest = dirname(nearest)
  if (!statSync(nearest).isDirectory()) throw new BadSetting('must name a directory, and a file stands in its way')
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK)
  } catch {
    throw new BadSetting('must name a directory that this user may write to')
  }
  return path
}

/** Whether the environment has the setting, by value or (secrets) as the path of a file. */
export const isGiven = (environment: Environment, name: string): boolean =>
  Boolean(environment[name]) || Boolean(environment[`${name}_FILE`])

/** The address for clients on this machine: one cannot connect to "every address". */
export function localUrl(host: string, port: number): string {
  if (['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
