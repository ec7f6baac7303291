// A service that calls another one with rights of its own: everybody here may see who is new, also those who may not read employees.
// To copy: `npm install @latchkey/resource-server @latchkey/service-client @latchkey/client fastify ioredis`, then `node newcomers.ts`
// with Node 22.18 or later.
import { readFileSync } from 'node:fs'
import type { EmployeePaths } from '@latchkey/client/api'
import { resourceServer } from '@latchkey/resource-server'
import { createServiceClient, ServiceCallError } from '@latchkey/service-client'
import Fastify from 'fastify'

type Employees = EmployeePaths['/employees']['get']['responses'][200]['content']['application/json']

/** From the file that `NAME_FILE` names, since `ps` shows the environment of a process; else from `NAME`. */
function secret(name: string): string {
  const file = process.env[`${name}_FILE`]
  const text = file ? readFileSync(file, 'utf8').trim() : process.env[name]
  if (!text) throw new Error(`${name} (or ${name}_FILE) must be set`)
  return text
}

const issuer = process.env.TOKEN_ISSUER ?? 'http://localhost:3001'
const app = Fastify({ logger: true })
await app.register(resourceServer, {
  keys: secret('ACCESS_TOKEN_SECRET'),
  issuer,
  audience: process.env.TOKEN_AUDIENCE ?? 'latchkey',
  revocations: { redisUrl: secret('REDIS_URL') },
})

// One for the process. It fetches tokens of its own, keeps them, and renews them before they expire.
const employees = createServiceClient({
  baseUrl: process.env.EMPLOYEES_URL ?? 'http://localhost:3002',
  tokenUrl: `${issuer}/oauth/token`,
  clientId: 'newcomers',
  clientSecret: secret('CLIENT_SECRET'),
})
app.addHook('onClose', () => employees.close())

// Who may call is decided here: the token that goes on is that of this service, whoever the caller is.
app.get('/newcomers', { onRequest: app.requireScope('profile') }, async (request, reply) => {
  try {
    const response = await employees.fetch('/employees?sort=-createdAt&limit=5', { context: request })
    if (response.ok) {
      const { items } = (await response.json()) as Employees
      return items.map(({ firstName, department }) => ({ firstName, department }))
    }
    // A right is missing, or the call is wrong: our mistake, and no later try mends it.
    const mayPass = response.status >= 500 || response.status === 429
    if (!mayPass) throw new Error(`employee-service answered ${response.status}: ${await response.text()}`)
  } catch (error) {
    // `token_refused`: id or secret are wrong. All else decided nothing.
    if (!(error instanceof ServiceCallError) || error.code === 'token_refused') throw error
    request.log.warn(error)
  }
  return reply.code(503).header('retry-after', '1').send({ code: 'unavailable', message: 'Please try again.' })
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
await app.revocations.ready
await app.listen({ port: Number(process.env.PORT ?? 3004) })
