import { unavailable } from '@latchkey/problems'
import { type AppInstance, edgeProblems, problemResponses, SECURED } from '@latchkey/service-kit'
import type { EmployeeImport } from '../../../import-export/employee-import.ts'
import { ClientTooSlow } from '../../../import-export/pace.ts'
import { callerOf } from '../../actor-of.ts'
import { acceptCsv, csvOf } from '../../csv-body.ts'
import { disconnectSignal, setIdleTimeout } from '../../long-request.ts'
import { csvContent, ImportQuery, ImportReply } from '../../schemas/employee-csv.ts'

/** For the largest file on a busy machine. */
const TIMEOUT_MS = 5 * 60_000
/** The import ends before the edge answers 503, which says that nothing was decided. */
const GIVE_UP_MS = TIMEOUT_MS - 10_000

export function importEmployeesRoute(app: AppInstance, importEmployees: EmployeeImport): void {
  acceptCsv(app)
  app.post(
    '/import',
    {
      config: { operation: 'import_employees', timeoutMs: TIMEOUT_MS },
      schema: {
        tags: ['employees'],
        summary: 'Import employees from CSV',
        description:
          'Needs `employees:write`. Adds one employee for each row: all of them, or none. Columns have the names of the fields, ' +
          'in any order and case: `firstName`, `lastName` and `email` are required. An `id` is kept, so that rows can name ' +
          'each other in `managerId`; `version`, `createdAt` and `updatedAt` are skipped. A row with a `userId` needs ' +
          '`employees:link` too, else the call is 403. 400 lists every bad row with its ' +
          '`line`, `column` and `message`. A caller has one import at a time; a second one is 429.',
        security: SECURED,
        consumes: ['text/csv'],
        querystring: ImportQuery,
        body: csvContent(
          'At most 10 MiB, in UTF-8, or in UTF-16 with a byte order mark; separated by commas, semicolons or tabs',
        ),
        response: { 200: ImportReply, ...problemResponses(400, 401, 403, 408, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => {
      setIdleTimeout(reply, TIMEOUT_MS)
      const { dryRun } = request.query
      const givenUp = AbortSignal.timeout(GIVE_UP_MS)
      const signal = AbortSignal.any([disconnectSignal(reply), givenUp])
      try {
        const imported = await importEmployees(callerOf(request), csvOf(request), { dryRun, signal })
        request.logFields = { ...request.logFields, imported, dryRun }
        return { imported, dryRun }
      } catch (error) {
        // The rest of the file may still arrive on this connection.
        if (error instanceof ClientTooSlow) throw new edgeProblems.request_timeout({ headers: { connection: 'close' } })
        throw error === givenUp.reason ? unavailable(error) : error
      }
    },
  )
}
