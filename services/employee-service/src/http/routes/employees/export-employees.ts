import { Readable } from 'node:stream'
import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import type { EmployeeTransfer } from '../../../import-export/employee-transfer.ts'
import { csvContent, ExportQuery } from '../../schemas/employee-csv.ts'

/** A slow client has so long; it holds a connection to Postgres meanwhile. */
const TIMEOUT_MS = 5 * 60_000

export function exportEmployees(app: AppInstance, transfer: EmployeeTransfer): void {
  const schema = {
    tags: ['employees'],
    summary: 'Export employees as CSV',
    description:
      'Needs `employees:read`. Filtered and sorted as the list, all of them in one file, as they are at one moment. ' +
      'What a spreadsheet could take for a formula has an apostrophe in front; the import takes it away again.',
    security: SECURED,
    querystring: ExportQuery,
    response: {
      200: csvContent('One line of column names, then one for each'),
      ...problemResponses(400, 401, 403, 503),
    },
  }
  app.get('/employees/export', { schema, config: { timeoutMs: TIMEOUT_MS } }, async (request, reply) => {
    const { sort, ...filter } = request.query
    reply.type('text/csv; charset=utf-8; header=present')
    if (request.method === 'HEAD') return reply.send(Readable.from([]))

    const text = transfer.exportEmployees(filter, sort)
    // What fails before the first row is an answer of its own; whatever comes later can only be cut off.
    const first = await text.next()
    reply.header('content-disposition', 'attachment; filename="employees.csv"')
    const file = Readable.from(startingWith(first, text))
    file.once('close', () => void text.return())
    return reply.send(file)
  })
}

async function* startingWith<T>(first: IteratorResult<T, void>, rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  if (first.done) return
  yield first.value
  yield* rest
}
