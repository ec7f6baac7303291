// A service of one's own, which answers those who hold `payroll:read`. To copy: `npm install @latchkey/resource-server fastify ioredis`,
// then `node payroll.ts` with Node 22.18 or later.
import { readFileSync } from 'node:fs'
import { resourceServer } from '@latchkey/resource-server'
import Fastify from 'fastify'

/** From the file that `NAME_FILE` names, since `ps` shows the environment of a process; else from `NAME`. */
function secret(name: string): string {
  const file = process.env[`${name}_FILE`]
  const text = file ? readFileSync(file, 'utf8').trim() : process.env[name]
  if (!text) throw new Error(`${name} (or ${name}_FILE) must be set`)
  return text
}

const app = Fastify({ logger: true })
await app.register(resourceServer, {
  // With ES256 or EdDSA: { jwksUrl: `${issuer}/.well-known/jwks.json`, algorithm: 'ES256' }
  keys: secret('ACCESS_TOKEN_SECRET'),
  issuer: process.env.TOKEN_ISSUER ?? 'http://localhost:3001',
  audience: process.env.TOKEN_AUDIENCE ?? 'latchkey',
  revocations: { redisUrl: secret('REDIS_URL') },
})

app.get('/payslips', { onRequest: app.requireScope('payroll:read') }, async (request) => ({
  for: request.accessToken.sub,
  payslips: [],
}))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
// From here on it knows what was revoked.
await app.revocations.ready
await app.listen({ port: Number(process.env.PORT ?? 3003) })
