import type { ClientService } from './client-service.ts'
import type { ConfiguredClient } from './parse-service-clients.ts'

type Configured = {
  readonly serviceClients: readonly ConfiguredClient[] | undefined
  readonly employeeClientId: string
  readonly employeeClientSecret: string | undefined
}

/** Makes the service clients that the settings name. employee-service's may do one thing: take a leaver's access. */
export async function ensureConfiguredClients(
  { serviceClients = [], employeeClientId, employeeClientSecret }: Configured,
  clients: ClientService,
  log: { warn(fields: object, message: string): void },
): Promise<void> {
  const own: ConfiguredClient[] =
    employeeClientSecret === undefined
      ? []
      : [{ clientId: employeeClientId, secret: employeeClientSecret, scopes: ['users:disable'] }]
  for (const client of [...own, ...serviceClients]) {
    if (!(await clients.ensure(client))) {
      log.warn(
        { clientId: client.clientId },
        'a configured service client was deleted by an administrator and stays so',
      )
    }
  }
}
