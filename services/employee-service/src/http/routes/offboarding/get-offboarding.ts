import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { OffboardingReply } from '../../schemas/offboarding.ts'

export function getOffboarding(app: AppInstance, offboarding: OffboardingService): void {
  const schema = {
    tags: ['employees'],
    summary: 'What has become of the account of an employee',
    description: 'Needs `employees:read`. Also answered when the employee has been deleted.',
    security: SECURED,
    params: EmployeeParams,
    querystring: Query({}),
    response: {
      200: { ...OffboardingReply, description: 'How it stands' },
      ...problemResponses(400, 401, 403, 404, 503),
    },
  }
  app.get('/employees/:id/offboarding', { schema }, async (request) => offboarding.get(request.params.id))
}
