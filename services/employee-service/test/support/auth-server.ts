import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { TestScope } from '@latchkey/test-kit'
import type { Config } from '../../src/index.ts'

type Call = { readonly userId: string; readonly headers: IncomingMessage['headers']; readonly body: unknown }
type Reply = { readonly status: number; readonly code?: string }

/** A stand-in for auth-service: the token endpoint, the call that disables an account, and refusals of the one that makes one. */
export type AuthServer = {
  readonly config: Config['auth']
  /** Calls that disable an account, in their order. */
  readonly calls: Call[]
  /** What a regular answer names as `clients`, by account; undefined: it has no such member, as of earlier versions. */
  readonly clients: Map<string, unknown>
  /** How often an account went from active to disabled. */
  readonly disablings: Map<string, number>
  /** The answer from now on; undefined: the regular one. */
  answer: Reply | undefined
  /** The same for single accounts, by id or address. */
  readonly answers: Map<string, Reply>
  /** Called when an account has been disabled and the answer is due; the answer waits for it. */
  beforeAnswer: () => Promise<void>
  enable(userId: string): void
  stop(): Promise<void>
  start(): Promise<void>
}

const TOKEN = { access_token: 'the-token-of-employee-service', token_type: 'Bearer', expires_in: 900 }

/** Listens from the start, on a port that stays. */
export async function authServer(t: TestScope): Promise<AuthServer> {
  const calls: Call[] = []
  const disablings = new Map<string, number>()
  const disabled = new Set<string>()
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.url === '/oauth/token') return send(200, TOKEN)
    if (request.method === 'POST' && request.url === '/admin/users') {
      const { email } = (await json(request)) as { email: string }
      const { status, code } = self.answers.get(email) ?? self.answer ?? { status: 500 }
      return send(status, { code })
    }
    const [, userId] = /^\/admin\/users\/([0-9a-f-]{36})$/.exec(request.url ?? '') ?? []
    if (request.method !== 'PATCH' || userId === undefined) return send(404, { code: 'not_found' })
    calls.push({ userId, headers: request.headers, body: await json(request) })
    const answer = self.answers.get(userId) ?? self.answer
    if (answer) return send(answer.status, { code: answer.code })
    if (!disabled.has(userId)) disablings.set(userId, (disablings.get(userId) ?? 0) + 1)
    disabled.add(userId)
    await self.beforeAnswer()
    send(200, { user: { id: userId, status: 'disabled' }, clients: self.clients.get(userId) })
  }

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}`
  const self: AuthServer = {
    config: { baseUrl, tokenUrl: `${baseUrl}/oauth/token`, clientId: 'employee-service', clientSecret: randomUUID() },
    calls,
    clients: new Map(),
    disablings,
    answer: undefined,
    answers: new Map(),
    beforeAnswer: async () => {},
    enable: (userId) => disabled.delete(userId),
    async stop() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    start: () => listen(port),
  }
  t.teardown(() => self.stop())
  return self
}
