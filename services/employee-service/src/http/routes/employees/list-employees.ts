import { type AppInstance, List, problemResponses, SECURED } from '@latchkey/service-kit'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import { actorOf } from '../../actor-of.ts'
import { EmployeeQuery } from '../../schemas/employee-query.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'

export function listEmployeesRoute(app: AppInstance, employees: EmployeeService): void {
  app.get(
    '',
    {
      config: { operation: 'list_employees' },
      schema: {
        tags: ['employees'],
        summary: 'List employees, page by page',
        description:
          'Needs `employees:read`. Pages neither skip nor repeat an employee when others are added in between. ' +
          'A `query` is a search; a caller with too many searches in progress gets 429.',
        security: SECURED,
        querystring: EmployeeQuery,
        response: { 200: List(EmployeeReply), ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request) => employees.list(actorOf(request), request.query),
  )
}
