import { listenFault, UserFacingError } from '@latchkey/harness'
import type { StackSettings } from '../settings/stack-settings.ts'
import { type Service, services } from './service.ts'

export const portOf = (settings: StackSettings, { portSetting }: Service): number =>
  portSetting === 'AUTH_PORT' ? settings.authPort : settings.employeePort

/** The service's port for operators; undefined when it has none. */
export function operationsPortOf(settings: StackSettings, { portSetting }: Service): number | undefined {
  const port = portSetting === 'AUTH_PORT' ? settings.authOperationsPort : settings.employeeOperationsPort
  return port === 'off' ? undefined : port
}

type Place = { readonly service: Service; readonly host: string; readonly port: number; readonly setting: string }

/** @throws {UserFacingError} with a line for each port that a service cannot listen on */
export async function assertPortsAreFree(settings: StackSettings): Promise<void> {
  const faults = await Promise.all(services.flatMap((service) => placesOf(settings, service)).map(portFault))
  const lines = faults.filter((fault) => fault !== undefined)
  if (lines.length > 0) throw new UserFacingError(lines.join('\n'))
}

function placesOf(settings: StackSettings, service: Service): Place[] {
  const { portSetting, operationsPortSetting } = service
  const places = [{ service, host: settings.host, port: portOf(settings, service), setting: portSetting as string }]
  const operationsPort = operationsPortOf(settings, service)
  if (operationsPort !== undefined) {
    places.push({ service, host: settings.operationsHost, port: operationsPort, setting: operationsPortSetting })
  }
  return places
}

async function portFault({ service, host, port, setting }: Place): Promise<string | undefined> {
  const fault = await listenFault(port, host)
  if (fault === undefined) return undefined
  const where = `${service.name} cannot listen on ${host}, port ${port}`
  if (fault !== 'EADDRINUSE') return `${where}: ${fault}.`
  const another = port + 1000 < 65_536 ? port + 1000 : port - 1000
  return `${where}: the port is taken. Stop what listens there, or choose another one: ${setting}=${another} npm start`
}
