import type { KeyRing } from '@latchkey/access-token'
import { type AppInstance, pathOfUrl } from '@latchkey/service-kit'
import type { Permissions } from '../../../permissions/permissions.ts'
import { JWKS_PATH } from './jwks.ts'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'

type Services = {
  readonly issuer: string
  readonly accessRing: () => KeyRing
  readonly permissions: Permissions
}

/**
 * RFC 8414. The path of an issuer comes after the well-known one (§3.1). Where a proxy serves nothing but that path, clients find the
 * document below it, as OpenID Connect puts it.
 */
export function metadataRoute(app: AppInstance, { issuer, accessRing, permissions }: Services): void {
  const base = issuer.replace(/\/$/, '')
  const forClients = ['client_secret_basic', 'client_secret_post']
  const metadata = {
    issuer,
    token_endpoint: `${base}/oauth/token`,
    revocation_endpoint: `${base}/oauth/revoke`,
    introspection_endpoint: `${base}/oauth/introspect`,
    ...(accessRing().algorithm !== 'HS256' && { jwks_uri: `${base}${JWKS_PATH}` }),
    response_types_supported: [],
    grant_types_supported: ['client_credentials', 'refresh_token'],
    // `none`: the holder of a refresh token needs nothing else to use or revoke it.
    token_endpoint_auth_methods_supported: [...forClients, 'none'],
    revocation_endpoint_auth_methods_supported: [...forClients, 'none'],
    introspection_endpoint_auth_methods_supported: forClients,
  }
  const scopes = () => [...permissions.policy.scopes.keys()]
  const summary = 'What this authorization server can do (RFC 8414)'
  const issuerPath = pathOfUrl(issuer)
  serve(WELL_KNOWN, 'get_server_metadata')
  if (issuerPath !== '') serve(WELL_KNOWN + issuerPath, 'get_issuer_metadata')

  function serve(path: string, operation: string): void {
    app.get(path, { config: { operation }, schema: { tags: ['oauth'], summary } }, async () => ({
      ...metadata,
      scopes_supported: scopes(),
    }))
  }
}
