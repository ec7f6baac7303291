import { createPlainServer, listen } from './plain-server.ts'

// The floor: the same response as the others, without any work.
const { METHOD = 'GET', ROUTE = '/', ANSWER = '' } = process.env
const app = createPlainServer()

app.route({
  method: METHOD,
  url: ROUTE,
  handler: (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(ANSWER),
})

await listen(app)
