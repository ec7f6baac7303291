// A service that verifies with public keys, and so can sign nothing: it has no secret of auth-service. To copy:
// `npm install @latchkey/resource-server fastify ioredis`, then `node phone-book.ts` with Node 22.18 or later.
import { readFileSync } from 'node:fs'
import { resourceServer } from '@latchkey/resource-server'
import Fastify from 'fastify'

const { REDIS_URL_FILE, TOKEN_ISSUER: issuer = 'http://localhost:3001' } = process.env
const redisUrl = REDIS_URL_FILE ? readFileSync(REDIS_URL_FILE, 'utf8').trim() : process.env.REDIS_URL
if (!redisUrl) throw new Error('REDIS_URL (or REDIS_URL_FILE) must be set')

const app = Fastify({ logger: true })
await app.register(resourceServer, {
  // Fetched at the start, once a minute, and when a token names a key that is not known yet. No other algorithm is accepted.
  keys: { jwksUrl: `${issuer}/.well-known/jwks.json`, algorithm: 'ES256' },
  issuer,
  audience: process.env.TOKEN_AUDIENCE ?? 'latchkey',
  revocations: { redisUrl },
})

app.get('/phone-book', { onRequest: app.requireScope('employees:read') }, async (request) => ({
  for: request.accessToken.sub,
  entries: [{ name: 'Reception', extension: 100 }],
}))

// It serves on with the last good copy of the keys and of what is revoked: `degraded`. Without a first one it is not ready.
app.get('/health/ready', async (_request, reply) => {
  try {
    const states = await Promise.all([app.jwks.healthCheck(), app.revocations.healthCheck()])
    return { status: states.includes('degraded') ? 'degraded' : 'ok' }
  } catch {
    return reply.code(503).send({ status: 'unavailable' })
  }
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
await Promise.all([app.jwks.ready, app.revocations.ready])
await app.listen({ port: Number(process.env.PORT ?? 3008) })
