import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'

export function withdrawOffboardingRoute(app: AppInstance, offboarding: OffboardingService): void {
  app.delete(
    '/:id/offboarding',
    {
      config: { operation: 'withdraw_offboarding' },
      schema: {
        tags: ['employees'],
        summary: 'Withdraw an offboarding that has failed',
        description:
          'Needs `employees:link`. The account goes on, and the state is `none` from then on; employee and link stay as they are. ' +
          '409 is `offboarding_not_failed`.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        response: { 204: Type.Null({ description: 'Withdrawn' }), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await offboarding.withdraw(actorOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
