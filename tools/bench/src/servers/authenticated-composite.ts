import { WHO_AM_I } from '../workloads/authenticated.ts'
import { bearerCheck } from './bearer-check.ts'
import { createPlainServer, listen } from './plain-server.ts'

const app = createPlainServer()
app.decorateRequest('claims', null)

const answer = {
  type: 'object',
  properties: { userId: { type: 'string' }, scope: { type: 'string' }, until: { type: 'integer' } },
}

app.get(WHO_AM_I, { onRequest: bearerCheck('profile'), schema: { response: { 200: answer } } }, async ({ claims }) => ({
  userId: claims?.sub,
  scope: claims?.scope,
  until: claims?.exp,
}))

await listen(app)
