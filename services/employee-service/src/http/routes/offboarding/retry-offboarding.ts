import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { OffboardingReply } from '../../schemas/offboarding.ts'

export function retryOffboardingRoute(app: AppInstance, offboarding: OffboardingService): void {
  app.post(
    '/:id/offboarding/retry',
    {
      config: { operation: 'retry_offboarding' },
      schema: {
        tags: ['employees'],
        summary: 'Retry an offboarding that has failed',
        description:
          'Needs `employees:write`. One that is pending continues as it is. The tokens of the account stay good until it is done. 409 is `offboarding_not_failed`.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        response: {
          202: { ...OffboardingReply, description: 'The offboarding is pending again' },
          ...problemResponses(400, 401, 403, 404, 409, 503),
        },
      },
    },
    async (request, reply) => {
      reply.code(202)
      return offboarding.retry(actorOf(request), request.params.id)
    },
  )
}
