import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { AppInstance } from '../app-instance.ts'
import { Problem } from '../problems/problem-document.ts'

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

/** `GET /openapi.json` (OpenAPI 3.1) and a page to read and try it at `/docs`. Routes must be added after this. */
export async function addApiDocs(
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
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema${index}`,
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: app.basePath,
    staticCSP: DOCS_POLICY,
    uiConfig: { deepLinking: true },
  })
  app.get('/openapi.json', { schema: { tags: ['operations'], summary: 'This OpenAPI description' } }, async () =>
    app.swagger(),
  )
}
