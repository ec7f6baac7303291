import { ACCESS_COOKIE, resourceServer } from '@latchkey/resource-server'
import { type AppInstance, createServer, runService } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { AUDIENCE, ISSUER, tokenEnvironment } from '../tokens.ts'
import { WHO_AM_I } from '../workloads/authenticated.ts'

/** A typical service: our server, our plugin, one route behind a scope. */
async function build(): Promise<AppInstance> {
  const app = await createServer({
    name: 'bench',
    title: 'bench',
    version: '0',
    description: 'One route behind a scope.',
    accessCookie: ACCESS_COOKIE,
    logger: { level: 'info' },
  })
  await app.register(resourceServer, { keys: tokenEnvironment.ACCESS_TOKEN_SECRET, issuer: ISSUER, audience: AUDIENCE })
  app.get(
    WHO_AM_I,
    {
      onRequest: app.requireScope('profile'),
      schema: {
        response: { 200: Type.Object({ userId: Type.String(), scope: Type.String(), until: Type.Integer() }) },
      },
    },
    async ({ accessToken }) => ({ userId: accessToken.sub, scope: accessToken.scope, until: accessToken.exp }),
  )
  return app
}

await runService({
  name: 'bench',
  build: async () => ({
    app: await build(),
    listening: {
      address: { host: '127.0.0.1', port: Number(process.env.PORT), settings: { host: 'HOST', port: 'PORT' } },
      operations: undefined,
      shutdownDelayMs: 250,
    },
  }),
})
