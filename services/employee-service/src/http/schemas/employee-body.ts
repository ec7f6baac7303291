import { AS_READ, Body, CalendarDate, Email, Instant, Nullable, Text, Uuid } from '@latchkey/service-kit'
import { type Static, Type } from 'typebox'
import { EMPLOYEE_STATUSES } from '../../employees/employee.ts'
import type { ReadOnlyMembers } from '../../employees/read-only-members.ts'

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

/** Set by the service: what GET gave may be sent back whole. */
const readOnly = {
  id: Type.Optional(Uuid({ description: AS_READ })),
  version: Type.Optional(Type.Integer({ description: `${AS_READ}, an earlier one as 412 \`version_conflict\`` })),
  createdAt: Type.Optional(Instant({ description: AS_READ })),
  updatedAt: Type.Optional(Instant({ description: AS_READ })),
}

/** A whole employee, as POST takes it. */
export const EmployeeBody = Body({ ...required, ...optional })

/** A whole employee, as PUT takes it: what GET gave, too. */
export const EmployeeReplacement = Body({ ...required, ...optional, ...readOnly })

/** A JSON merge patch (RFC 7396): null empties an optional member. */
export const EmployeePatch = Body({
  firstName: Type.Optional(required.firstName),
  lastName: Type.Optional(required.lastName),
  email: Type.Optional(required.email),
  ...optional,
  ...readOnly,
})

type WithReadOnly = Static<typeof EmployeePatch>

/** A body in its two parts: what its sender wants, and what they take the employee to be. */
export function splitBody<Given extends WithReadOnly>({ id, version, createdAt, updatedAt, ...changes }: Given) {
  const readOnly: ReadOnlyMembers = {
    ...(id !== undefined && { id }),
    ...(version !== undefined && { version }),
    ...(createdAt !== undefined && { createdAt: new Date(createdAt) }),
    ...(updatedAt !== undefined && { updatedAt: new Date(updatedAt) }),
  }
  return { changes, readOnly }
}
