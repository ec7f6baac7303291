import type { AppInstance } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientService } from '../../../clients/client-service.ts'
import { requireClient } from '../../authenticate-client.ts'
import { formOf, required } from '../../form-body.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { OAuthError } from '../../oauth-error.ts'
import { OneTokenFields, oauthErrors } from '../../schemas/oauth.ts'

/** The answer says who a person is, where they signed in and what they may do. */
const NEEDED = 'tokens:introspect'

type Services = { readonly clients: ClientService; readonly findLiveBearer: FindLiveBearer }

/** RFC 7662, for services that cannot verify by themselves. */
export function introspectRoute(app: AppInstance, { clients, findLiveBearer }: Services): void {
  app.post(
    '/introspect',
    {
      config: { operation: 'introspect_token' },
      schema: {
        tags: ['oauth'],
        summary: 'What an access token is worth now (RFC 7662)',
        description:
          'For service clients with the scope `tokens:introspect`; others get 403 `insufficient_scope`. Roles, scope and names in the answer are those of today. ' +
          '`{"active":false}` for everything but a live access token.',
        consumes: ['application/x-www-form-urlencoded'],
        body: OneTokenFields,
        response: { 200: Type.Object({ active: Type.Boolean() }, { additionalProperties: true }), ...oauthErrors },
      },
    },
    async (request) => {
      const form = formOf(request)
      const { scopes } = await requireClient(request, form, clients)
      if (!scopes.includes(NEEDED)) throw new OAuthError('insufficient_scope', `The client needs the scope ${NEEDED}.`)
      const bearer = await findLiveBearer(required(form, 'token'))
      // RFC 7662 §2.2: nothing is said about why a token is not active.
      return 'reason' in bearer ? { active: false } : { active: true, token_type: 'Bearer', ...bearer.claims }
    },
  )
}
