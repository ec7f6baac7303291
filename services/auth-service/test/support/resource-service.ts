import { ACCESS_COOKIE, type ResourceServerOptions, resourceServer } from '@latchkey/resource-server'
import { type AppInstance, createServer } from '@latchkey/service-kit'
import { captureLogs, eventually, redisUrlFor } from '@latchkey/test-kit'
import type { TestService } from './auth-service.ts'

type Scope = { teardown(handler: () => unknown): unknown }
type Options = { now?: () => number; keys?: ResourceServerOptions['keys'] }

export type ResourceService = {
  readonly app: AppInstance
  readonly url: string
  readonly logs: ReturnType<typeof captureLogs>
  /** `ok`, or the code of the refusal. */
  verify(token: string): Promise<string>
  /** Whether it refuses a token as revoked, now or as soon as it has read the feed. */
  eventuallyRefuses(token: string): Promise<boolean>
}

/** A resource server like employee-service: it verifies locally, follows the feed and never calls auth-service. */
export async function startResourceService(
  t: Scope,
  { config, environment }: Pick<TestService, 'config' | 'environment'>,
  { now, keys = 'a1:access-access-access-access-access' }: Options = {},
): Promise<ResourceService> {
  const logs = captureLogs()
  const app = await createServer({
    name: 'resource-service',
    title: 'Resource service',
    version: '1.0.0',
    description: 'Routes behind access tokens',
    accessCookie: ACCESS_COOKIE,
    logger: { level: 'info', stream: logs.stream },
  })
  t.teardown(() => app.close())
  await app.register(resourceServer, {
    keys,
    issuer: config.tokens.issuer,
    audience: config.tokens.audience,
    revocations: { redisUrl: redisUrlFor('verifier', environment.redisUrl), prefix: environment.redisPrefix },
    ...(now && { now }),
  })
  app.get('/me', { onRequest: app.authenticate }, async ({ accessToken }) => ({ sub: accessToken.sub }))
  app.get('/employees', { onRequest: app.requireScope('employees:read') }, async ({ accessToken, headers, id }) => ({
    for: accessToken.sub,
    traceparent: headers.traceparent ?? null,
    requestId: id,
  }))
  app.post('/employees', { onRequest: app.requireScope('employees:read') }, async () => ({ made: true }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  await app.revocations.ready
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  async function verify(token: string): Promise<string> {
    const reply = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
    return reply.statusCode === 200 ? 'ok' : String(reply.json().code)
  }
  return {
    app,
    url: `http://127.0.0.1:${address.port}`,
    logs,
    verify,
    eventuallyRefuses: (token) => eventually(async () => (await verify(token)) === 'token_revoked'),
  }
}
