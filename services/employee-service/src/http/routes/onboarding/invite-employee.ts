import { type AppInstance, allowNoBody, Body, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { OnboardingService } from '../../../onboarding/onboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { OnboardingReply } from '../../schemas/onboarding.ts'

export function inviteEmployeeRoute(app: AppInstance, onboarding: OnboardingService): void {
  app.post(
    '/:id/invitation',
    {
      config: { operation: 'invite_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Invite an employee',
        description:
          'Needs `employees:write` and `users:invite`. auth-service makes an account with the role `staff` for the address of the ' +
          'employee, as soon as it can be reached, and it is linked once its owner has accepted. Repeating the call sends another link, ' +
          'or tries again what has failed. 409 is `terminated` or `already_linked`.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        body: Body({}),
        response: {
          202: { ...OnboardingReply, description: 'The onboarding' },
          ...problemResponses(400, 401, 403, 404, 409, 413, 415, 503),
        },
      },
      preValidation: allowNoBody,
    },
    async (request, reply) => {
      reply.code(202)
      return onboarding.invite(actorOf(request), request.params.id)
    },
  )
}
