import { type AppInstance, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import { actorOf } from '../../actor-of.ts'
import { namesTag, ownEntityTag } from '../../entity-tag.ts'
import { EmployeeReply } from '../../schemas/employee-reply.ts'
import { IfNoneMatch, ownEtagHeader } from '../../schemas/employee-request.ts'

export function getOwnEmployeeRoute(app: AppInstance, employees: EmployeeService): void {
  app.get(
    '/me',
    {
      config: { operation: 'get_own_employee' },
      schema: {
        tags: ['employees'],
        summary: "Read the caller's own record",
        description:
          'Needs `profile`, which every user has. The record is the one whose `userId` is the caller; 404 is ' +
          '`no_linked_employee`. A service client gets 403 `user_required`.',
        security: SECURED,
        querystring: Query({}),
        headers: IfNoneMatch,
        response: {
          200: { ...EmployeeReply, description: 'The employee', headers: ownEtagHeader },
          304: Type.Null({ description: 'Still the version that If-None-Match names', headers: ownEtagHeader }),
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const employee = await employees.getOwn(actorOf(request))
      // Which employee this is depends on the caller and the link: a version alone could be that of another one.
      const tag = ownEntityTag(employee)
      reply.header('etag', tag)
      if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send(null)
      return employee
    },
  )
}
