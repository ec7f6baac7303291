import type { ClientConfiguration } from './client-configuration.ts'
import type { ConfiguredClient } from './parse-service-clients.ts'

type Configured = {
  readonly serviceClients: readonly ConfiguredClient[] | undefined
  readonly employeeClientId: string
  readonly employeeClientSecret: string | undefined
}

const warnings = {
  deleted: 'a configured service client was deleted by an administrator and stays deleted',
  secret_replaced:
    'the secret of a configured service client was deleted or replaced by newer ones, and does not come back',
  left_out:
    'a service client is no longer in the settings; it goes on working, and administrators may change and delete it',
}

/** What employee-service's own client may do at auth-service: invite whoever joins, and disable the account of a leaver. */
const EMPLOYEE_SERVICE_SCOPES: readonly string[] = ['profile', 'employees:read', 'users:invite', 'users:disable']

/** The clients that the settings name, employee-service's own included. */
export function configuredClients({
  serviceClients = [],
  employeeClientId,
  employeeClientSecret,
}: Configured): readonly ConfiguredClient[] {
  if (employeeClientSecret === undefined) return serviceClients
  const scopes = [...EMPLOYEE_SERVICE_SCOPES]
  return [{ clientId: employeeClientId, secret: employeeClientSecret, scopes }, ...serviceClients]
}

/** Creates the clients that the settings name. An administrator's decision about one comes before the settings. */
export async function ensureConfiguredClients(
  configured: readonly ConfiguredClient[],
  clients: ClientConfiguration,
  log: { warn(fields: object, message: string): void },
): Promise<void> {
  const warn = (clientId: string, event: keyof typeof warnings): void =>
    log.warn({ clientId, event: `configured_client_${event}` }, warnings[event])

  for (const client of configured) {
    const outcome = await clients.ensure(client)
    if (outcome !== 'ready') warn(client.clientId, outcome)
  }
  for (const clientId of await clients.listConfigured()) {
    if (!configured.some((client) => client.clientId === clientId)) warn(clientId, 'left_out')
  }
}

/** Warns of clients that cannot sign in: the settings have no key that decrypts those of their secrets. */
export async function warnOfUndecryptableClients(
  clients: ClientConfiguration,
  log: { warn(fields: object, message: string): void },
): Promise<void> {
  const clientIds = await clients.listUndecryptable()
  if (clientIds.length === 0) return
  log.warn(
    { clientIds, event: 'client_secrets_shut' },
    'REFRESH_TOKEN_SECRET has no key that decrypts the secrets of these service clients: they are refused',
  )
}
