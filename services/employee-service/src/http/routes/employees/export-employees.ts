import { Readable } from 'node:stream'
import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import type { EmployeeExport } from '../../../import-export/employee-export.ts'
import { actorOf } from '../../actor-of.ts'
import { csvContent, ExportQuery } from '../../schemas/employee-csv.ts'

/** For a slow client, which holds a connection to Postgres until it has the file. */
const TIMEOUT_MS = 5 * 60_000

export function exportEmployeesRoute(app: AppInstance, exportEmployees: EmployeeExport): void {
  app.get(
    '/export',
    {
      config: { operation: 'export_employees', timeoutMs: TIMEOUT_MS },
      schema: {
        tags: ['employees'],
        summary: 'Export employees as CSV',
        description:
          'Needs `employees:write`. Filtered and sorted as the list, all of them in one file, as they are at one moment. ' +
          'A cell that a spreadsheet could take for a formula has an apostrophe in front; the import removes it again. ' +
          'A caller has one export at a time; a second one is 429. A client that reads too slowly is disconnected.',
        security: SECURED,
        querystring: ExportQuery,
        response: {
          200: csvContent('In UTF-8: one line of column names, then one for each employee'),
          ...problemResponses(400, 401, 403, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const { sort, ...filter } = request.query
      reply.type('text/csv; charset=utf-8; header=present')
      if (request.method === 'HEAD') return reply.send(Readable.from([]))

      const cut = new AbortController()
      const text = exportEmployees(actorOf(request), { filter, sort, cut: () => cut.abort() })
      // A failure before the first row is an answer of its own; after it the connection can only be cut.
      const first = await text.next()
      reply.header('content-disposition', 'attachment; filename="employees.csv"')
      const file = Readable.from(startingWith(first, text), { signal: cut.signal })
      file.once('close', () => void text.return())
      return reply.send(file)
    },
  )
}

async function* startingWith<T>(first: IteratorResult<T, void>, rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  if (first.done) return
  yield first.value
  yield* rest
}
