import { type AppInstance, addJsonParser, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import { callerOf } from '../../actor-of.ts'
import { entityTag, expectedVersions } from '../../entity-tag.ts'
import { EmployeePatch, splitBody } from '../../schemas/employee-body.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { EmployeeParams, etagHeader, IfMatch } from '../../schemas/employee-request.ts'

/** RFC 7396. Plain JSON counts as a merge patch too; no other kind of patch is accepted. */
export function patchEmployeeRoute(app: AppInstance, employees: EmployeeService): void {
  addJsonParser(app, 'application/merge-patch+json')
  app.patch(
    '/:id',
    {
      config: { operation: 'patch_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Change an employee',
        description:
          'Needs `employees:write`. A JSON merge patch (RFC 7396): null empties an optional member, one left out stays. ' +
          '`employees:link` alone sets, changes or removes `userId`. `id`, `version`, `createdAt` and `updatedAt` may be sent ' +
          'with the values that were read. ' +
          '409 is `email_taken`, `user_linked`, `manager_loop` or `use_termination`, 412 `version_conflict`.',
        security: SECURED,
        consumes: ['application/merge-patch+json', 'application/json'],
        params: EmployeeParams,
        querystring: Query({}),
        headers: IfMatch,
        body: EmployeePatch,
        response: {
          200: { ...EmployeeReply, description: 'The employee', headers: etagHeader },
          ...problemResponses(400, 401, 403, 404, 409, 412, 413, 415, 503),
        },
      },
    },
    async (request, reply) => {
      const versions = expectedVersions(request.headers['if-match'])
      const { changes, readOnly } = splitBody(request.body)
      const expected = { versions, readOnly }
      const employee = await employees.change(callerOf(request), request.params.id, changes, expected)
      reply.header('etag', entityTag(employee.version))
      return employee
    },
  )
}
