import type { Reply } from './http.ts'

/** The tokens from a sign-in or a refresh. */
export type Grant = {
  readonly refreshToken: string
  readonly accessToken: string
  readonly sid: string
  readonly generation: number
}

const REFRESH_COOKIE = /^__Secure-refresh=([^;]*)/

/** Reads the tokens of a grant from the body or the cookies; undefined when there are none. */
export function readGrant({ status, headers, body }: Reply): Grant | undefined {
  if (status !== 200) return undefined
  const refreshToken = typeof body.refreshToken === 'string' ? body.refreshToken : refreshCookie(headers['set-cookie'])
  if (refreshToken === undefined || typeof body.accessToken !== 'string') return undefined
  const claims = claimsOf(refreshToken)
  return { refreshToken, accessToken: body.accessToken, sid: String(claims.sid), generation: Number(claims.gen) }
}

/** Whether a response deletes the refresh cookie. */
export const clearsCookie = ({ headers }: Reply): boolean => refreshCookie(headers['set-cookie']) === ''

function refreshCookie(cookies: readonly string[] = []): string | undefined {
  return cookies.map((cookie) => REFRESH_COOKIE.exec(cookie)?.[1]).find((value) => value !== undefined)
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
