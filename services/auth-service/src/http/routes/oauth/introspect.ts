import type { AccessTokenClaims } from '@latchkey/access-token'
import type { AppInstance } from '@latchkey/service-kit'
import type { ClientAuthentication } from '../../../clients/client-authentication.ts'
import type { ClientService } from '../../../clients/client-service.ts'
import type { SessionStore } from '../../../sessions/session-store.ts'
import { requireClient } from '../../authenticate-client.ts'
import { formOf, required } from '../../form-body.ts'
import { judgeToken } from '../../judge-token.ts'
import { findLiveClaims } from '../../live-bearer.ts'

type LiveBearerServices = {
  readonly clients: ClientService
  readonly store: SessionStore
  /** @throws TokenError */
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
}

type Services = LiveBearerServices & { readonly clientAuthentication: ClientAuthentication }

/** RFC 7662, for services that can not verify by themselves. Whatever is not a live access token is `{"active":false}`. */
export function introspectRoute(app: AppInstance, services: Services): void {
  app.post(
    '/introspect',
    {
      config: { operation: 'introspect_token' },
      schema: {
        tags: ['oauth'],
        summary: 'What an access token is worth now (RFC 7662)',
        description: 'For service clients. Form parameters: `token`, `token_type_hint`.',
        consumes: ['application/x-www-form-urlencoded'],
      },
    },
    async (request) => {
      const form = formOf(request)
      await requireClient(request, form, services)
      const claims = await liveClaims(required(form, 'token'), services)
      return claims ? { active: true, token_type: 'Bearer', ...claims } : { active: false }
    },
  )
}

async function liveClaims(token: string, services: LiveBearerServices): Promise<AccessTokenClaims | undefined> {
  const judged = judgeToken(services.verifyAccessToken, token)
  if (!('claims' in judged)) return undefined
  return (await findLiveClaims(judged.claims, services)) && judged.claims
}
