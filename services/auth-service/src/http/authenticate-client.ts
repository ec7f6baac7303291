import type { FastifyRequest } from 'fastify'
import type { ClientService } from '../clients/client-service.ts'
import { type ClientAuthority, OWN_CLIENT_ID } from '../clients/service-client.ts'
import { clientContext } from './client-context.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Form } from './form-body.ts'
import { OAuthError } from './oauth-error.ts'

export type AuthenticClient = ClientAuthority & { readonly clientId: string }

/**
 * The service client behind a request to the standard endpoints. Undefined for the product's own client, which has no secret
 * and may name itself or not. Every other client must authenticate.
 * @throws {OAuthError} `invalid_client`, the same for an unknown client and a wrong secret
 */
export async function authenticateClient(
  request: FastifyRequest,
  form: Form,
  clients: ClientService,
): Promise<AuthenticClient | undefined> {
  const credentials = clientCredentials(request, form)
  if (!credentials) {
    if (form.has('client_id') && form.get('client_id') !== OWN_CLIENT_ID) throw authenticationMissing()
    return undefined
  }
  const authority = await clients.authenticate(credentials, clientContext(request))
  if (!authority) throw new OAuthError('invalid_client', 'Client authentication failed.')
  request.actorId = credentials.clientId
  return { clientId: credentials.clientId, ...authority }
}

/** The same for calls that only service clients may make. */
export async function requireClient(...args: Parameters<typeof authenticateClient>): Promise<AuthenticClient> {
  const client = await authenticateClient(...args)
  if (!client) throw authenticationMissing()
  return client
}

const authenticationMissing = (): OAuthError => new OAuthError('invalid_client', 'Client authentication is missing.')
