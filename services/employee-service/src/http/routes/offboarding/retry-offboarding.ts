import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { OffboardingReply } from '../../schemas/offboarding.ts'

export function retryOffboarding(app: AppInstance, offboarding: OffboardingService): void {
  const schema = {
    tags: ['employees'],
    summary: 'Try an offboarding anew that has failed',
    description: 'Needs `employees:write`. One that is pending goes on as it is. 409 is `offboarding_not_failed`.',
    security: SECURED,
    params: EmployeeParams,
    querystring: Query({}),
    response: {
      202: { ...OffboardingReply, description: 'It is being tried' },
      ...problemResponses(400, 401, 403, 404, 409, 503),
    },
  }
  app.post('/employees/:id/offboarding/retry', { schema }, async (request, reply) => {
    reply.code(202)
    return offboarding.retry(actorOf(request), request.params.id)
  })
}
