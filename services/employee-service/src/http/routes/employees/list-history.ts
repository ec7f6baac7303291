import { type AppInstance, List, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { HistoryService } from '../../../history/history-service.ts'
import { EmployeeParams } from '../../schemas/employee-request.ts'
import { HistoryReply } from '../../schemas/history-reply.ts'

export function listHistoryRoute(app: AppInstance, history: HistoryService): void {
  app.get(
    '/:id/history',
    {
      config: { operation: 'list_employee_history' },
      schema: {
        tags: ['employees'],
        summary: 'Who changed what on an employee, and when',
        description:
          'Needs `employees:write`. The newest change comes first. The history stays when the employee is deleted.',
        security: SECURED,
        params: EmployeeParams,
        querystring: Query(page),
        response: { 200: List(HistoryReply), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => history.list(request.params.id, request.query),
  )
}
