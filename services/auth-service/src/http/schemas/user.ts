import { Type } from 'typebox'

export const UserBody = Type.Object({
  id: Type.String({ format: 'uuid' }),
  email: Type.String(),
  username: Type.String(),
  fullName: Type.Union([Type.String(), Type.Null()]),
  roles: Type.Array(Type.Union([Type.Literal('user'), Type.Literal('hr'), Type.Literal('admin')])),
  status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
  createdAt: Type.String({ format: 'date-time' }),
})

export const DeviceBody = Type.Object({ id: Type.String(), name: Type.String() })
