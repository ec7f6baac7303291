import { AS_READ, Instant, Moment, Nullable, Text, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientView } from '../../clients/client-administration.ts'
import { CLIENT_ID, CLIENT_ID_RULE } from '../../clients/service-client.ts'
import { ScopeName } from './policy.ts'

export const ClientId = Type.String({ pattern: CLIENT_ID.source, 'x-message': CLIENT_ID_RULE })

export const ScopeNames = Type.Array(ScopeName, { uniqueItems: true })

const CreatedBy = Nullable(
  Type.String({
    description: 'Id of the user or service client; null for the settings, and for what is from before 0.2',
  }),
)

export const ClientReply = Type.Object({
  clientId: Type.String(),
  scopes: Type.Array(Type.String()),
  createdAt: Moment(),
  createdBy: CreatedBy,
  lastUsedAt: Nullable(Moment()),
  configured: Type.Boolean({ description: 'Whether the settings name it: then no call changes it' }),
  secrets: Type.Array(Type.Object({ id: Type.String(), createdAt: Moment(), createdBy: CreatedBy })),
})

const given = { description: AS_READ }

/** Set by the service: what the list gave may be sent back whole. */
export const asReadOfClient = {
  clientId: Type.Optional(Type.String(given)),
  createdAt: Type.Optional(Instant(given)),
  createdBy: Type.Optional(Nullable(Type.String(given))),
  configured: Type.Optional(Type.Boolean(given)),
  secrets: Type.Optional(
    Type.Array(Type.Object({ id: Uuid(), createdAt: Instant(), createdBy: Nullable(Text()) }), given),
  ),
  lastUsedAt: Type.Optional(Nullable(Instant({ description: 'Ignored: it changes by itself' }))),
}

export const toClientReply = ({ isConfigured: configured, ...client }: ClientView) => ({ ...client, configured })

export const ClientSecretReply = Type.Object({
  clientId: Type.String(),
  secretId: Type.String(),
  clientSecret: Type.String({ description: 'Shown only in this answer' }),
})
