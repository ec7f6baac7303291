import { Moment, Nullable } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { EMPLOYEE_STATUSES } from '../../employees/employee.ts'

export const EmployeeReply = Type.Object({
  id: Type.String({ format: 'uuid' }),
  firstName: Type.String(),
  lastName: Type.String(),
  email: Type.String(),
  department: Nullable(Type.String()),
  jobTitle: Nullable(Type.String()),
  managerId: Nullable(Type.String({ description: 'Another employee; becomes null when that one is deleted' })),
  hiredOn: Nullable(Type.String({ description: 'A date like 2024-02-29' })),
  status: Type.Enum(EMPLOYEE_STATUSES),
  userId: Nullable(Type.String({ description: 'The linked account' })),
  version: Type.Integer({ description: 'Rises with every change; the entity tag is made of it' }),
  createdAt: Moment(),
  updatedAt: Moment(),
})
