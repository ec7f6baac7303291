import { type AppInstance, allowNoBody, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { entityTag } from '../../entity-tag.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { EmployeeParams, etagHeader } from '../../schemas/employee-request.ts'
import { OffboardingState, TerminationBody } from '../../schemas/offboarding.ts'

export function terminateEmployeeRoute(app: AppInstance, offboarding: OffboardingService): void {
  app.post(
    '/:id/termination',
    {
      config: { operation: 'terminate_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Terminate an employee',
        description:
          'Needs `employees:write`. From now on this service refuses the linked account, and auth-service disables it as soon as ' +
          'it can be reached. Repeating the call changes nothing more.',
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
      },
      preValidation: allowNoBody,
    },
    async (request, reply) => {
      const termination = await offboarding.terminate(actorOf(request), request.params.id, request.body.reason)
      reply.code(202).header('etag', entityTag(termination.employee.version))
      return termination
    },
  )
}
