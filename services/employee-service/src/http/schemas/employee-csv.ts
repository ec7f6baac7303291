import { Body, Query, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { EmployeeBody } from './employee-body.ts'
import { employeeFilter } from './employee-query.ts'

/** The cells of one row of an import: an employee as POST takes it, by the same rules, and an id. */
export const CsvRow = Body({ id: Type.Optional(Uuid()), ...EmployeeBody.properties })

export const ImportQuery = Query({
  dryRun: Type.Boolean({ default: false, description: 'Check everything and keep nothing' }),
})

export const ImportReply = Type.Object({
  imported: Type.Integer({ description: 'Employees added; with `dryRun` those that would be' }),
  dryRun: Type.Boolean(),
})

export const ExportQuery = Query(employeeFilter)

/** What OpenAPI and the check of media types need; the text itself is checked row by row. */
export const csvContent = (description: string) => ({
  description,
  content: { 'text/csv': { schema: Type.Unsafe<unknown>({ description: 'RFC 4180' }) } },
})
