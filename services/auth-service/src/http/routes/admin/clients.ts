import { SCOPES } from '@latchkey/access-token'
import { type AppInstance, Body, List, Params, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CLIENT_ID, CLIENT_ID_RULE } from '../../../clients/service-client.ts'
import { clientContext } from '../../client-context.ts'
import { idOfCursor } from '../../keyset-cursor.ts'
import type { AdminServices } from './admin-services.ts'

const ClientId = Type.String({
  pattern: CLIENT_ID.source,
  'x-message': CLIENT_ID_RULE,
})
const ScopeName = Type.Enum([...SCOPES])
const time = { format: 'date-time' }

const ClientBody = Type.Object({
  clientId: Type.String(),
  scopes: Type.Array(ScopeName),
  createdAt: Type.String(time),
  lastUsedAt: Type.Union([Type.String(time), Type.Null()]),
  secrets: Type.Array(Type.Object({ id: Type.String(), createdAt: Type.String(time) })),
})

const SecretBody = Type.Object({
  clientId: Type.String(),
  secretId: Type.String(),
  clientSecret: Type.String({ description: 'Shown this once' }),
})

export function clientRoutes(app: AppInstance, { clients }: AdminServices): void {
  const shared = { tags: ['admin'], security: SECURED }

  app.get(
    '/admin/clients',
    {
      schema: {
        ...shared,
        summary: 'Service clients',
        querystring: Query(page),
        response: { 200: List(ClientBody), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit = 20, cursor } = request.query
      const found = await clients.list(limit, idOfCursor(cursor, CLIENT_ID))
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items,
        nextCursor: found.length > limit && last ? Buffer.from(last.clientId).toString('base64url') : null,
      }
    },
  )

  app.post(
    '/admin/clients',
    {
      schema: {
        ...shared,
        summary: 'Make a service client',
        description: 'Its secret is in the answer, and never again.',
        body: Body({ clientId: ClientId, scopes: Type.Array(ScopeName, { uniqueItems: true }) }),
        response: { 201: SecretBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { clientId, scopes } = request.body
      const { id, clientSecret } = await clients.create(clientId, scopes, clientContext(request))
      return reply.code(201).send({ clientId, secretId: id, clientSecret })
    },
  )

  app.post(
    '/admin/clients/:clientId/secrets',
    {
      schema: {
        ...shared,
        summary: 'Give a service client a new secret',
        description: 'The one before stays good, the one before that does not.',
        params: Params({ clientId: ClientId }),
        response: { 201: SecretBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { clientId } = request.params
      const { id, clientSecret } = await clients.addSecret(clientId, clientContext(request))
      return reply.code(201).send({ clientId, secretId: id, clientSecret })
    },
  )

  app.delete(
    '/admin/clients/:clientId',
    {
      schema: {
        ...shared,
        summary: 'Delete a service client',
        description: 'Its tokens die at once, and its id is never given away again.',
        params: Params({ clientId: ClientId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await clients.remove(request.params.clientId, clientContext(request))
      return reply.code(204).send(null)
    },
  )
}
