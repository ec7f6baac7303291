import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { OnboardingService } from '../../../onboarding/onboarding-service.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { OnboardingReply } from '../../schemas/onboarding.ts'

export function getInvitationRoute(app: AppInstance, onboarding: OnboardingService): void {
  app.get(
    '/:id/invitation',
    {
      config: { operation: 'get_invitation' },
      schema: {
        tags: ['employees'],
        summary: 'Read what became of the invitation of an employee',
        description:
          'Needs `employees:write`. An open invitation is checked at auth-service after the answer, so that the next one is fresh.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        response: {
          200: { ...OnboardingReply, description: 'The onboarding' },
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request) => onboarding.get(request.params.id),
  )
}
