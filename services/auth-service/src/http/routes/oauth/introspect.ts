import type { AppInstance } from '@latchkey/service-kit'
import type { ClientService } from '../../../clients/client-service.ts'
import { requireClient } from '../../authenticate-client.ts'
import { formOf, required } from '../../form-body.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'

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
          'For service clients. Form parameters: `token`, `token_type_hint`. Roles, scope and names in the answer are those of today. ' +
          '`{"active":false}` for everything but a live access token.',
        consumes: ['application/x-www-form-urlencoded'],
      },
    },
    async (request) => {
      const form = formOf(request)
      await requireClient(request, form, clients)
      const bearer = await findLiveBearer(required(form, 'token'))
      // RFC 7662 §2.2: nothing is said about why a token is not active.
      return 'reason' in bearer ? { active: false } : { active: true, token_type: 'Bearer', ...bearer.claims }
    },
  )
}
