import { Type } from 'typebox'
import { EMPLOYEE_STATUSES } from '../../employees/employee.ts'
import { Moment, OptionalText } from './reply-members.ts'

export const EmployeeReply = Type.Object({
  id: Type.String({ format: 'uuid' }),
  firstName: Type.String(),
  lastName: Type.String(),
  email: Type.String(),
  department: OptionalText(),
  jobTitle: OptionalText(),
  managerId: OptionalText('Another employee; becomes null when that one is deleted'),
  hiredOn: OptionalText('A date like 2024-02-29'),
  status: Type.Enum(EMPLOYEE_STATUSES),
  userId: OptionalText('The linked account'),
  version: Type.Integer({ description: 'Rises with every change; the entity tag is made of it' }),
  createdAt: Moment,
  updatedAt: Moment,
})
