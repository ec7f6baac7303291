import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { entityTag } from '../../entity-tag.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { EmployeeParams, etagHeader } from '../../schemas/employee-request.ts'
import { allowNoBody, OffboardingState, TerminationBody } from '../../schemas/offboarding.ts'

export function terminateEmployee(app: AppInstance, offboarding: OffboardingService): void {
  const schema = {
    tags: ['employees'],
    summary: 'End an employment',
    description:
      'Needs `employees:write`. The linked account is refused here from now on, and disabled at auth-service as soon as ' +
      'that can be reached. Repeating the call changes nothing more.',
    security: SECURED,
    params: EmployeeParams,
    querystring: Query({}),
    body: TerminationBody,
    response: {
      202: {
        ...Type.Object({ employee: EmployeeReply, offboarding: OffboardingState }),
        description: 'The employee is terminated',
        headers: etagHeader,
      },
      ...problemResponses(400, 401, 403, 404, 413, 415, 503),
    },
  }
  app.post('/employees/:id/termination', { schema, preValidation: allowNoBody }, async (request, reply) => {
    const termination = await offboarding.terminate(actorOf(request), request.params.id, request.body.reason)
    reply.code(202).header('etag', entityTag(termination.employee.version))
    return termination
  })
}
