import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyReply } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { Problem } from '../problems/problem-document.ts'
import { describeEdgeAnswers } from './edge-answers.ts'

export type ApiDescription = {
  title: string
  version: string
  description: string
  /** Name of the cookie that may carry the access token in place of the Authorization header. */
  accessCookie: string
  tags?: { name: string; description: string }[]
}

/** `security` of a route that needs an access token, as a bearer token or as a cookie. */
export const SECURED: { bearer?: string[]; cookie?: string[] }[] = [{ bearer: [] }, { cookie: [] }]

// Swagger UI sets style attributes and uses data: images; the rest of it comes from our own origin.
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Describes the app's routes in OpenAPI 3.1. They must be added after this. */
export async function describeApi(
  app: AppInstance,
  { title, version, description, accessCookie, tags = [] }: ApiDescription,
): Promise<void> {
  app.addSchema(Problem)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description },
      // Relative to the page: that of the browser, whatever host it came by.
      ...(app.basePath !== '' && { servers: [{ url: app.basePath }] }),
      tags: [...tags, { name: 'operations', description: 'For operators' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token' },
          cookie: { type: 'apiKey', in: 'cookie', name: accessCookie, description: 'The same token as a cookie' },
        },
      },
    },
    transformObject: (document) => ('openapiObject' in document ? describeEdgeAnswers(document.openapiObject) : {}),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema${index}`,
    },
  })
}

/**
 * `GET /openapi.json` and a page to read it at `/docs`. Where that is another port than the described one, the page sends no requests:
 * they would not reach the API.
 */
export async function showApiDocs(server: AppInstance, { of: app }: { of: AppInstance }): Promise<void> {
  const send = sendDescription(app)
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: server.basePath,
    staticCSP: DOCS_POLICY,
    uiConfig: { deepLinking: true, ...(server !== app && { supportedSubmitMethods: [] }) },
    uiHooks: {
      onRequest(request, reply, next) {
        const { url } = request.routeOptions
        if (url === '/docs/json' || url === '/docs/yaml') send(reply, url === '/docs/yaml')
        else next()
      },
    },
  })
  server.get('/openapi.json', { schema: { tags: ['operations'], summary: 'This OpenAPI description' } }, (_, reply) =>
    send(reply, false),
  )
}

/** Writes the description once: for each request anew it takes the event loop 10 ms, and 200 ms in YAML. */
function sendDescription(app: AppInstance): (reply: FastifyReply, isYaml: boolean) => FastifyReply {
  let json: Buffer | undefined
  let yaml: Buffer | undefined
  return (reply, isYaml) => {
    if (isYaml) yaml ??= Buffer.from(app.swagger({ yaml: true }))
    else json ??= Buffer.from(JSON.stringify(app.swagger()))
    return reply.type(isYaml ? 'application/x-yaml' : 'application/json; charset=utf-8').send(isYaml ? yaml : json)
  }
}
