import { Body, CalendarDate, Email, Nullable, Text, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { EMPLOYEE_STATUSES } from '../../employees/employee.ts'

const required = {
  firstName: Text(),
  lastName: Text(),
  email: Email(),
}

const optional = {
  department: Type.Optional(Nullable(Text())),
  jobTitle: Type.Optional(Nullable(Text())),
  managerId: Type.Optional(Nullable(Uuid({ description: 'Another employee' }))),
  hiredOn: Type.Optional(Nullable(CalendarDate())),
  status: Type.Optional(
    Type.Enum(EMPLOYEE_STATUSES, {
      description: '`terminated` is set by POST /employees/{id}/termination; writing it is 409 `use_termination`',
    }),
  ),
  userId: Type.Optional(
    Nullable(
      Uuid({
        description: 'The linked account. `employees:link` alone sets, changes or removes it; left out, it stays',
      }),
    ),
  ),
}

/** A whole employee, as POST and PUT take it. */
export const EmployeeBody = Body({ ...required, ...optional })

/** A JSON merge patch (RFC 7396): null empties an optional member. */
export const EmployeePatch = Body({
  firstName: Type.Optional(required.firstName),
  lastName: Type.Optional(required.lastName),
  email: Type.Optional(required.email),
  ...optional,
})
