import { Moment, Nullable } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CLIENT_ID, CLIENT_ID_RULE } from '../../clients/service-client.ts'

export const ClientId = Type.String({ pattern: CLIENT_ID.source, 'x-message': CLIENT_ID_RULE })

export const ClientReply = Type.Object({
  clientId: Type.String(),
  scopes: Type.Array(Type.String()),
  createdAt: Moment(),
  lastUsedAt: Nullable(Moment()),
  secrets: Type.Array(Type.Object({ id: Type.String(), createdAt: Moment() })),
})

export const ClientSecretReply = Type.Object({
  clientId: Type.String(),
  secretId: Type.String(),
  clientSecret: Type.String({ description: 'Shown only in this answer' }),
})
