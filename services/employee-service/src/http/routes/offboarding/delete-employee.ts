import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { actorOf } from '../../actor-of.ts'
import { expectedVersions } from '../../entity-tag.ts'
import { EmployeeParams, IfMatch } from '../../schemas/employee-request.ts'

export function deleteEmployeeRoute(app: AppInstance, offboarding: OffboardingService): void {
  app.delete(
    '/:id',
    {
      config: { operation: 'delete_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Delete an employee',
        description:
          'Needs `employees:write`. Those whom the employee managed are left without a manager. A linked account is ' +
          'offboarded as by a termination. 412 is `version_conflict`.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        headers: IfMatch,
        response: { 204: Type.Null({ description: 'Deleted' }), ...problemResponses(400, 401, 403, 404, 412, 503) },
      },
    },
    async (request, reply) => {
      const versions = expectedVersions(request.headers['if-match'])
      await offboarding.remove(actorOf(request), request.params.id, versions)
      return reply.code(204).send(null)
    },
  )
}
