import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import { entityTag, namesTag } from '../../entity-tag.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { EmployeeParams, etagHeader, IfNoneMatch } from '../../schemas/employee-request.ts'

export function getEmployeeRoute(app: AppInstance, employees: EmployeeService): void {
  app.get(
    '/:id',
    {
      config: { operation: 'get_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Read an employee',
        description: 'Needs `employees:read`.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query({}),
        headers: IfNoneMatch,
        response: {
          200: { ...EmployeeReply, description: 'The employee', headers: etagHeader },
          304: Type.Null({ description: 'Still the version that If-None-Match names', headers: etagHeader }),
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const employee = await employees.get(request.params.id)
      const tag = entityTag(employee.version)
      reply.header('etag', tag)
      if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send(null)
      return employee
    },
  )
}
