import { page, Query, Text, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { EMPLOYEE_STATUSES } from '../../employees/employee.ts'
import { MAX_CURSOR_LENGTH } from '../../employees/employee-cursor.ts'
import { DEFAULT_SORT, EMPLOYEE_SORTS } from '../../employees/employee-sort.ts'

/** What a listing, and an export, may be narrowed by and sorted by. */
export const employeeFilter = {
  query: Type.Optional(
    Text(200, {
      minLength: 0,
      description:
        'Words that must all be part of the name, the e-mail or the job title; case and accents make no difference',
    }),
  ),
  department: Type.Optional(Text(200, { description: 'Exactly this department' })),
  status: Type.Optional(Type.Enum(EMPLOYEE_STATUSES)),
  managerId: Type.Optional(Uuid({ description: 'Those whom this employee manages' })),
  sort: Type.Enum(EMPLOYEE_SORTS, {
    default: DEFAULT_SORT,
    description: '`-` in front is descending; employees without a hiring date come last either way',
  }),
}

export const EmployeeQuery = Query({
  ...employeeFilter,
  ...page,
  // The key in it may be a name of 200 characters of four bytes each.
  cursor: Type.Optional(Type.String({ ...page.cursor, maxLength: MAX_CURSOR_LENGTH })),
})
