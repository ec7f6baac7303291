import { unavailable } from '@latchkey/problems'
import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import type { EmployeeTransfer } from '../../../import-export/employee-transfer.ts'
import { actorOf } from '../../actor-of.ts'
import { allowSilence } from '../../allow-silence.ts'
import { clientLeft } from '../../client-left.ts'
import { acceptCsv, csvOf } from '../../csv-body.ts'
import { csvContent, ImportQuery, ImportReply } from '../../schemas/employee-csv.ts'

/** For the largest file on a busy machine. */
const TIMEOUT_MS = 5 * 60_000
/** Before the edge answers that nothing was decided, nothing may be decided any more. */
const GIVE_UP_MS = TIMEOUT_MS - 10_000

export async function importEmployees(app: AppInstance, transfer: EmployeeTransfer): Promise<void> {
  const schema = {
    tags: ['employees'],
    summary: 'Import employees from CSV',
    description:
      'Needs `employees:write`. Adds one employee for each row, all of them or none. Columns are named as the fields, in ' +
      'any order and case: `firstName`, `lastName` and `email` must be there. An `id` is kept, so that rows can name each ' +
      'other in `managerId`; `version`, `createdAt` and `updatedAt` are skipped. 400 lists every bad row with its `line`, ' +
      '`column` and `message`.',
    security: SECURED,
    consumes: ['text/csv'],
    querystring: ImportQuery,
    body: csvContent('At most 10 MiB'),
    response: { 200: ImportReply, ...problemResponses(400, 401, 403, 413, 415, 503) },
  }
  await app.register(async (importing: AppInstance) => {
    acceptCsv(importing)
    importing.post('/employees/import', { schema, config: { timeoutMs: TIMEOUT_MS } }, async (request, reply) => {
      allowSilence(reply, TIMEOUT_MS)
      const { dryRun } = request.query
      const givenUp = AbortSignal.timeout(GIVE_UP_MS)
      const signal = AbortSignal.any([clientLeft(reply), givenUp])
      try {
        const imported = await transfer.importEmployees(actorOf(request), csvOf(request), { dryRun, signal })
        request.logFields = { ...request.logFields, imported, dryRun }
        return { imported, dryRun }
      } catch (error) {
        throw error === givenUp.reason ? unavailable(error) : error
      }
    })
  })
}
