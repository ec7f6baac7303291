import { type Answer, type Scope, sendJson, startServer, type TestServer } from './http-server.ts'

/** Hands out token-1, token-2 …, each good for so many seconds, unless `answer` says otherwise. */
export function startTokenServer(t: Scope, { expiresIn = 100, answer = issue(expiresIn) } = {}): Promise<TestServer> {
  return startServer(t, answer)
}

export const issue =
  (expiresIn = 100): Answer =>
  (reply, _request, n) =>
    sendJson(reply, 200, tokenAnswer(`token-${n}`, expiresIn))

export function tokenAnswer(token: string, expiresIn: number): Record<string, unknown> {
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: 'employees:read' }
}
