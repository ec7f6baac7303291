import type { Scope } from '@latchkey/access-token'
import { isScope } from './client-service.ts'
import { CLIENT_ID } from './service-client.ts'

export type ConfiguredClient = { readonly clientId: string; readonly secret: string; readonly scopes: Scope[] }

const MIN_SECRET_LENGTH = 32

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
  return value.map(parseClient)
}

function parseClient(value: unknown, index: number): ConfiguredClient {
  const refuse = (what: string): never => {
    throw new Error(`must have ${what} in entry ${index + 1}`)
  }
  if (typeof value !== 'object' || value === null) return refuse('an object')
  const { clientId, secret, scopes } = value as Record<string, unknown>
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId))
    return refuse('a clientId of lower-case letters and digits')
  if (typeof secret !== 'string' || secret.length < MIN_SECRET_LENGTH) {
    return refuse(`a secret of at least ${MIN_SECRET_LENGTH} characters`)
  }
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string' && isScope(scope))) {
    return refuse('scopes, a list of known ones,')
  }
  return { clientId, secret, scopes }
}
