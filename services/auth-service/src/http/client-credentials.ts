import { countAuthorizationHeaders } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import type { Form } from './form-body.ts'
import { OAuthError } from './oauth-error.ts'

export type ClientCredentials = { readonly clientId: string; readonly secret: string }

/**
 * The credentials of a client, by HTTP Basic or in the form, never both (RFC 6749 §2.3). Undefined when there are none.
 * @throws {OAuthError}
 */
export function clientCredentials({ headers, raw }: FastifyRequest, form: Form): ClientCredentials | undefined {
  const { authorization } = headers
  const inForm = form.get('client_secret')
  if (authorization === undefined) {
    const clientId = form.get('client_id')
    if (inForm === undefined) return undefined
    if (clientId === undefined) throw new OAuthError('invalid_request', 'The parameter client_id is missing.')
    return { clientId, secret: inForm }
  }
  // Node keeps the first of several Authorization headers, and the client may have meant another one.
  if (inForm !== undefined || countAuthorizationHeaders(raw.rawHeaders) > 1) {
    throw new OAuthError('invalid_request', 'A client must authenticate in one way only.')
  }
  const credentials = basicCredentials(authorization)
  if (form.has('client_id') && form.get('client_id') !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'client_id differs from the id in the Authorization header.')
  }
  return credentials
}

/** Id and secret are form-urlencoded before they are joined (RFC 6749 §2.3.1 and appendix B). */
function basicCredentials(authorization: string): ClientCredentials {
  const [, encoded] = /^basic +([a-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 1) throw new OAuthError('invalid_client', 'The Authorization header has no Basic credentials.')
  try {
    return { clientId: formDecode(decoded.slice(0, colon)), secret: formDecode(decoded.slice(colon + 1)) }
  } catch (cause) {
    throw new OAuthError('invalid_client', 'The Basic credentials are not form-urlencoded.', { cause })
  }
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
