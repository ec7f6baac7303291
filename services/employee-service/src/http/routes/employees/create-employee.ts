import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import { callerOf } from '../../actor-of.ts'
import { entityTag } from '../../entity-tag.ts'
import { idempotencyKeyOf } from '../../idempotency-key.ts'
import { EmployeeBody } from '../../schemas/employee-body.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { etagHeader, IdempotencyKey } from '../../schemas/employee-request.ts'

export function createEmployeeRoute(app: AppInstance, employees: EmployeeService): void {
  app.post(
    '',
    {
      config: { operation: 'create_employee' },
      schema: {
        tags: ['employees'],
        summary: 'Add an employee',
        description:
          'Needs `employees:write`. With an Idempotency-Key the call may be repeated for a day, also in parallel: the answer is ' +
          'the same and there is one employee; with another body it is 422 `idempotency_key_reused`. A refused call leaves ' +
          'the key free. A `userId` needs `employees:link` too. 409 is `email_taken`, `user_linked` or `use_termination`.',
        security: SECURED,
        querystring: Query({}),
        headers: IdempotencyKey,
        body: EmployeeBody,
        response: {
          201: {
            ...EmployeeReply,
            description: 'The employee',
            headers: { ...etagHeader, Location: { type: 'string', description: 'Where the employee is' } },
          },
          ...problemResponses(400, 401, 403, 409, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const key = idempotencyKeyOf(request.headers['idempotency-key'])
      const employee = await employees.create(callerOf(request), request.body, key)
      reply.code(201).headers({ location: `/employees/${employee.id}`, etag: entityTag(employee.version) })
      return employee
    },
  )
}
