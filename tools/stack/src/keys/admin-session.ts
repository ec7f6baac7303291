import { createHttpClient, type HttpRequest, type HttpResponse } from '../http-client.ts'
import type { Environment } from '../settings/stack-settings.ts'
import { StackError } from '../stack-error.ts'

export type AdminSession = {
  /** False while the key still signs; with `orThrow` that is an error. @throws StackError */
  revokeKey(kid: string, options: { orThrow: boolean }): Promise<boolean>
  /** Signs out, unless the session was opened elsewhere. */
  close(): Promise<void>
}

/** Without a refresh token when the session was opened elsewhere. */
type Tokens = { readonly accessToken: string; readonly refreshToken?: string }

/** @throws StackError when auth-service does not answer within five seconds */
type Call = (path: string, request: HttpRequest) => Promise<HttpResponse>

/**
 * A session of a user who may manage keys: `LATCHKEY_TOKEN`, or a sign-in with `ADMIN_EMAIL` and `ADMIN_PASSWORD`.
 *
 * @throws StackError
 */
export async function openAdminSession(authUrl: string, environment: Environment): Promise<AdminSession> {
  const call = callsOf(authUrl)
  const { accessToken, refreshToken } = await signIn(call, environment)
  return {
    async revokeKey(kid, { orThrow }) {
      const path = `admin/keys/${encodeURIComponent(kid)}`
      const response = await call(path, { method: 'DELETE', token: accessToken })
      if (response.status === 204) return true
      if (response.status !== 409 || orThrow) throw refusalOf('revoking the key', response)
      return false
    },
    async close() {
      if (refreshToken !== undefined) await call('auth/logout', { body: { refreshToken } }).catch(() => {})
    },
  }
}

async function signIn(call: Call, environment: Environment): Promise<Tokens> {
  if (environment.LATCHKEY_TOKEN) return { accessToken: environment.LATCHKEY_TOKEN }
  const { ADMIN_PASSWORD: password } = environment
  if (!password) {
    throw new StackError('Set ADMIN_PASSWORD (and ADMIN_EMAIL), or LATCHKEY_TOKEN, of a user with clients:manage.')
  }
  const email = environment.ADMIN_EMAIL || 'admin@localhost.test'
  const body = { email, password, deviceName: 'npm run keys', delivery: 'body' }
  const response = await call('auth/login', { body })
  if (response.status !== 200) throw refusalOf('signing in', response)
  const { accessToken, refreshToken } = response.body
  return { accessToken: String(accessToken), refreshToken: String(refreshToken) }
}

function callsOf(authUrl: string): Call {
  const client = createHttpClient({ timeoutMs: 5000 })
  return (path, request) =>
    client.request(`${authUrl.replace(/\/+$/, '')}/${path}`, request).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      throw new StackError(`auth-service cannot be reached at ${authUrl}: ${reason}`)
    })
}

function refusalOf(what: string, { status, body }: HttpResponse): StackError {
  const { code = '', detail = '' } = body
  return new StackError(`auth-service answered ${status} ${code} to ${what}. ${detail}`.trim())
}
