import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  BadSetting,
  type Candidate,
  loadSettings,
  operationsPortOf,
  parseOperationsPort,
  portFaults,
  type SettingFault,
  setting,
  sharedOptions,
  sharedSettings,
} from '@latchkey/service-kit/settings'

export { isGiven } from '@latchkey/service-kit/settings'
export type Environment = Record<string, string | undefined>

/** What the stack itself reads; everything else in the environment goes to the services as it is. */
export type StackSettings = {
  /** Absolute. */
  readonly dataDirectory: string
  /** Address the services listen on. */
  readonly host: string
  readonly authPort: number
  readonly employeePort: number
  /** Address of both operations ports. */
  readonly operationsHost: string
  readonly authOperationsPort: number | 'off'
  readonly employeeOperationsPort: number | 'off'
  readonly shutdownDelayMs: number
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
  operationsHost: sharedSettings.operationsHost,
  authOperationsPort: operationsPort('AUTH_OPERATIONS_PORT'),
  employeeOperationsPort: operationsPort('EMPLOYEE_OPERATIONS_PORT'),
  shutdownDelayMs: sharedSettings.shutdownDelayMs,
}

/** @throws {SettingsError} naming every setting that is not usable */
export function readStackSettings(environment: Environment): StackSettings {
  const loaded = loadSettings(settings, environment, faults)
  const { authPort, employeePort, authOperationsPort, employeeOperationsPort } = loaded
  return {
    ...loaded,
    authOperationsPort: operationsPortOf({ port: authPort, operationsPort: authOperationsPort }),
    employeeOperationsPort: operationsPortOf({ port: employeePort, operationsPort: employeeOperationsPort }),
  }
}

function* faults(candidate: Candidate<typeof settings>): Iterable<SettingFault> {
  const { authPort, employeePort, authOperationsPort, employeeOperationsPort } = candidate
  const auth = { port: authPort, operationsPort: authOperationsPort }
  const employee = { port: employeePort, operationsPort: employeeOperationsPort }
  yield* portFaults(auth, AUTH)
  yield* portFaults(employee, EMPLOYEE)
  for (const [name, port] of portsOf(auth, AUTH)) {
    for (const [other, taken] of portsOf(employee, EMPLOYEE)) {
      if (port === taken) yield { name, message: `and ${other} must differ` }
    }
  }
}

const AUTH = { port: 'AUTH_PORT', operationsPort: 'AUTH_OPERATIONS_PORT' }
const EMPLOYEE = { port: 'EMPLOYEE_PORT', operationsPort: 'EMPLOYEE_OPERATIONS_PORT' }

type Ports = { readonly port: number | undefined; readonly operationsPort: number | 'off' | undefined }

/** The numbers of a service's ports, as far as they are known. */
function portsOf({ port, operationsPort }: Ports, names: typeof AUTH): [name: string, port: number][] {
  const operations = port === undefined ? operationsPort : operationsPortOf({ port, operationsPort })
  const ports: [string, number | 'off' | undefined][] = [
    [names.port, port],
    [names.operationsPort, operations],
  ]
  return ports.filter((each): each is [string, number] => typeof each[1] === 'number')
}

function operationsPort(name: string) {
  return setting.custom({
    ...sharedOptions.operationsPort,
    name,
    // As for the other ports.
    parse: (text) => parseOperationsPort(text, 1),
  })
}

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

/** The address for clients on this machine: one cannot connect to "every address". */
export function localUrl(host: string, port: number): string {
  if (['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
