import { type AppInstance, createServer, type ServerOptions } from '@latchkey/service-kit'
import { ACCESS_COOKIE, type ResourceServerOptions, resourceServer } from '../src/index.ts'
import { audience, issuer, kid, nowSeconds, secret } from './hostile/forge-token.ts'

export const ringText = `${kid}:${secret}`

/** A small service with production options: three routes behind tokens, one open. Its clock stands still. */
export async function buildTestServer(
  options: Partial<ResourceServerOptions> = {},
  server: Partial<ServerOptions> = {},
): Promise<AppInstance> {
  const app = await createServer({
    name: 'test-service',
    title: 'Test service',
    version: '1.0.0',
    description: 'Routes behind access tokens',
    accessCookie: ACCESS_COOKIE,
    logger: { level: 'silent' },
    ...server,
  })
  try {
    await app.register(resourceServer, { keys: ringText, issuer, audience, now: () => nowSeconds * 1000, ...options })
  } catch (error) {
    await app.close()
    throw error
  }
  app.get('/open', async () => ({ ok: true }))
  app.get('/me', { onRequest: app.authenticate }, async (request) => ({ sub: request.accessToken.sub }))
  app.get('/employees', { onRequest: app.requireScope('employees:read') }, async ({ accessToken }) => ({
    sub: accessToken.sub,
  }))
  app.post('/employees', { onRequest: app.requireScope('employees:write') }, async ({ accessToken }) => ({
    sub: accessToken.sub,
  }))
  return app
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}
