import { createHttpClient, type HttpRequest, type HttpResponse, UserFacingError } from '@latchkey/harness'
import type { AdminCredentials } from './keys-settings.ts'

export type AdminSession = {
  /** False while the key still signs; with `orThrow` that is an error. @throws UserFacingError */
  revokeKey(kid: string, options: { orThrow: boolean }): Promise<boolean>
  /** Signs out, unless the session was opened elsewhere. */
  close(): Promise<void>
}

/** Without a refresh token when the session was opened elsewhere. */
type Tokens = { readonly accessToken: string; readonly refreshToken?: string }

/** @throws UserFacingError when auth-service does not answer within five seconds */
type Call = (path: string, request: HttpRequest) => Promise<HttpResponse>

/**
 * A session of a user who may manage keys: that of an access token, or a new one.
 *
 * @throws UserFacingError
 */
export async function openAdminSession(authUrl: string, admin: AdminCredentials): Promise<AdminSession> {
  const call = callsOf(authUrl)
  const { accessToken, refreshToken } = await signIn(call, admin)
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

async function signIn(call: Call, { accessToken: given, email, password }: AdminCredentials): Promise<Tokens> {
  if (given !== undefined) return { accessToken: given }
  if (password === undefined) {
    throw new UserFacingError('Set ADMIN_PASSWORD (and ADMIN_EMAIL), or LATCHKEY_TOKEN, of a user with clients:manage.')
  }
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
      throw new UserFacingError(`auth-service cannot be reached at ${authUrl}: ${reason}`)
    })
}

function refusalOf(what: string, { status, body }: HttpResponse): UserFacingError {
  const { code = '', detail = '' } = body
  return new UserFacingError(`auth-service answered ${status} ${code} to ${what}. ${detail}`.trim())
}
