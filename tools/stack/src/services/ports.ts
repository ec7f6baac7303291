import { listenFault, UserFacingError } from '@latchkey/harness'
import type { StackSettings } from '../settings/stack-settings.ts'
import { type Service, services } from './service.ts'

export const portOf = (settings: StackSettings, { portSetting }: Service): number =>
  portSetting === 'AUTH_PORT' ? settings.authPort : settings.employeePort

/** @throws {UserFacingError} with a line for each service that cannot listen on its port */
export async function assertPortsAreFree(settings: StackSettings): Promise<void> {
  const faults = await Promise.all(services.map((service) => portFault(settings, service)))
  const lines = faults.filter((fault) => fault !== undefined)
  if (lines.length > 0) throw new UserFacingError(lines.join('\n'))
}

async function portFault(settings: StackSettings, service: Service): Promise<string | undefined> {
  const port = portOf(settings, service)
  const fault = await listenFault(port, settings.host)
  if (fault === undefined) return undefined
  const where = `${service.name} cannot listen on ${settings.host}, port ${port}`
  if (fault !== 'EADDRINUSE') return `${where}: ${fault}.`
  const another = port + 1000 < 65_536 ? port + 1000 : port - 1000
  return `${where}: the port is taken. Stop what listens there, or choose another one: ${service.portSetting}=${another} npm start`
}
