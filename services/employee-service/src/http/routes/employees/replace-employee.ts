import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import { callerOf } from '../../actor-of.ts'
import { entityTag, expectedVersions } from '../../entity-tag.ts'
import { EmployeeReplacement, splitBody } from '../../schemas/employee-body.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { EmployeeParams, etagHeader, IfMatch } from '../../schemas/employee-request.ts'

export function replaceEmployeeRoute(app: AppInstance, employees: EmployeeService): void {
  app.put(
    '/:id',
    {
      config: { operation: 'replace_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Replace an employee',
        description:
          'Needs `employees:write`. Optional members left out become null; a `status` and a `userId` left out stay as they are. ' +
          '`employees:link` alone sets, changes or removes `userId`. The answer of GET may be sent back as it is: `id`, `version`, ' +
          '`createdAt` and `updatedAt` must have the values that were read. ' +
          '409 is `email_taken`, `user_linked`, `manager_loop` or `use_termination`, 412 `version_conflict`.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        headers: IfMatch,
        body: EmployeeReplacement,
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
      const employee = await employees.replace(callerOf(request), request.params.id, changes, expected)
      reply.header('etag', entityTag(employee.version))
      return employee
    },
  )
}
