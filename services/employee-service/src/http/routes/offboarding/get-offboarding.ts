import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { OffboardingReply } from '../../schemas/offboarding.ts'

export function getOffboardingRoute(app: AppInstance, offboarding: OffboardingService): void {
  app.get(
    '/:id/offboarding',
    {
      config: { operation: 'get_offboarding' },
      schema: {
        tags: ['employees'],
        summary: 'Read what became of the account of an employee who left',
        description: 'Needs `employees:write`. Also answered when the employee has been deleted.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        response: {
          200: { ...OffboardingReply, description: 'The offboarding' },
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request) => offboarding.get(request.params.id),
  )
}
