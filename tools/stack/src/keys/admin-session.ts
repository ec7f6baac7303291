import type { Environment } from '../settings/stack-settings.ts'
import { StackError } from '../stack-error.ts'

export type AdminSession = {
  /** False while the key still signs, unless that shall be an error. @throws StackError */
  revokeKey(kid: string, options: { orThrow: boolean }): Promise<boolean>
  /** Signs out, if it was us who signed in. */
  close(): Promise<void>
}

/** Without a refresh token when the session is somebody else's. */
type Tokens = { readonly accessToken: string; readonly refreshToken?: string }

/**
 * A session of somebody who may manage keys: `LATCHKEY_TOKEN`, or a sign-in with `ADMIN_EMAIL` and `ADMIN_PASSWORD`.
 *
 * @throws StackError
 */
export async function openAdminSession(authUrl: string, environment: Environment): Promise<AdminSession> {
  const { accessToken, refreshToken } = await signIn(authUrl, environment)
  return {
    async revokeKey(kid, { orThrow }) {
      const response = await call(authUrl, `admin/keys/${encodeURIComponent(kid)}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${accessToken}` },
      })
      if (response.status === 204) return true
      if (response.status !== 409 || orThrow) throw new StackError(await explain('revoking the key', response))
      return false
    },
    async close() {
      if (refreshToken !== undefined) await call(authUrl, 'auth/logout', post({ refreshToken })).catch(() => {})
    },
  }
}

async function signIn(authUrl: string, environment: Environment): Promise<Tokens> {
  if (environment.LATCHKEY_TOKEN) return { accessToken: environment.LATCHKEY_TOKEN }
  const { ADMIN_PASSWORD: password } = environment
  if (!password) {
    throw new StackError('Set ADMIN_PASSWORD (and ADMIN_EMAIL), or LATCHKEY_TOKEN, to somebody with clients:manage.')
  }
  const email = environment.ADMIN_EMAIL || 'admin@localhost.test'
  const body = { email, password, deviceName: 'npm run keys', delivery: 'body' }
  const response = await call(authUrl, 'auth/login', post(body))
  if (response.status !== 200) throw new StackError(await explain('signing in', response))
  return (await response.json()) as Tokens
}

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function call(authUrl: string, path: string, init: RequestInit): Promise<Response> {
  const url = `${authUrl.replace(/\/+$/, '')}/${path}`
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(5000) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackError(`auth-service cannot be reached at ${authUrl}: ${reason}`)
  }
}

async function explain(what: string, response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string }
  const { code = '', detail = '' } = problem
  return `auth-service answered ${response.status} ${code} to ${what}. ${detail}`.trim()
}
