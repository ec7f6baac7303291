import { hasDuplicateMembers } from '@latchkey/problems'
import { CLIENT_SECRET_RULE, isClientSecret, type SettingFault, SettingsError } from '@latchkey/service-kit/settings'
import { SCOPE_NAME } from '../permissions/names.ts'
import type { Policy } from '../permissions/policy.ts'
import { CLIENT_ID, CLIENT_ID_RULE } from './service-client.ts'

export type ConfiguredClient = { readonly clientId: string; readonly secret: string; readonly scopes: string[] }

const isScope = (scope: string): boolean => SCOPE_NAME.test(scope)

/**
 * Reads the setting `SERVICE_CLIENTS`.
 * @throws an Error that ends a sentence and shows no value
 */
export function parseServiceClients(text: string): ConfiguredClient[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('must be a JSON array')
  }
  if (!Array.isArray(value)) throw new Error('must be a JSON array')
  if (hasDuplicateMembers(Buffer.from(`{"clients":${text}}`), { clients: value })) {
    throw new Error('must name each member once')
  }
  const clients = value.map(parseClient)
  const twin = clients.findIndex(
    ({ clientId }, index) => clients.findIndex((each) => each.clientId === clientId) < index,
  )
  if (twin !== -1) throw new Error(`must name each client once; entry ${twin + 1} repeats one`)
  return clients
}

function parseClient(value: unknown, index: number): ConfiguredClient {
  const refuse = (what: string): never => {
    throw new Error(`must have ${what} in entry ${index + 1}`)
  }
  if (typeof value !== 'object' || value === null) return refuse('an object')
  const { clientId, secret, scopes, ...others } = value as Record<string, unknown>
  if (Object.keys(others).length > 0) return refuse('no members but clientId, secret and scopes')
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) {
    throw new Error(`has a bad clientId in entry ${index + 1}: it ${CLIENT_ID_RULE}`)
  }
  if (typeof secret !== 'string' || !isClientSecret(secret)) return refuse(CLIENT_SECRET_RULE)
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string' && isScope(scope))) {
    return refuse('scopes, a list of names,')
  }
  return { clientId, secret, scopes: [...new Set<string>(scopes)] }
}

/** The client that employee-service signs in with is made beside those of the setting. */
export function* ownClientFaults({
  serviceClients = [],
  employeeClientId,
  employeeClientSecret,
}: {
  readonly serviceClients: readonly ConfiguredClient[] | undefined
  readonly employeeClientId: string | undefined
  readonly employeeClientSecret: string | undefined
}): Iterable<SettingFault> {
  if (employeeClientSecret === undefined) return
  if (serviceClients.some(({ clientId }) => clientId === employeeClientId)) {
    yield {
      name: 'SERVICE_CLIENTS',
      message: 'must not name the client of EMPLOYEE_CLIENT_ID, which exists without being listed',
    }
  }
}

/** @throws {SettingsError} for scopes that there are not */
export function assertScopesAreKnown(clients: readonly ConfiguredClient[], { scopes: known }: Policy): void {
  const faults = unknownScopeFaults(clients, known)
  if (faults.length > 0) throw new SettingsError(faults)
}

export const unknownScopeFaults = (
  clients: readonly ConfiguredClient[],
  known: { readonly has: (scope: string) => boolean },
): SettingFault[] =>
  clients.flatMap(({ clientId, scopes }) =>
    scopes
      .filter((scope) => !known.has(scope))
      .map((scope) => ({
        name: 'SERVICE_CLIENTS',
        message: `gives the client ${clientId} the unknown scope ${scope}`,
      })),
  )
