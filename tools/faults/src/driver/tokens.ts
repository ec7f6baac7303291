import type { Answer } from './http.ts'

/** What a sign-in or a refresh gave. */
export type Grant = {
  readonly refreshToken: string
  readonly accessToken: string
  readonly sid: string
  readonly generation: number
}

const REFRESH_COOKIE = /^__Secure-refresh=([^;]*)/

/** Reads the tokens of a grant, wherever its delivery put them. Undefined when it has none. */
export function readGrant({ status, headers, body }: Answer): Grant | undefined {
  if (status !== 200) return undefined
  const refreshToken = typeof body.refreshToken === 'string' ? body.refreshToken : refreshCookie(headers['set-cookie'])
  if (refreshToken === undefined || typeof body.accessToken !== 'string') return undefined
  const claims = claimsOf(refreshToken)
  return { refreshToken, accessToken: body.accessToken, sid: String(claims.sid), generation: Number(claims.gen) }
}

/** Whether an answer takes the refresh cookie from a browser. */
export const clearsCookie = ({ headers }: Answer): boolean => refreshCookie(headers['set-cookie']) === ''

function refreshCookie(cookies: readonly string[] = []): string | undefined {
  return cookies.map((cookie) => REFRESH_COOKIE.exec(cookie)?.[1]).find((value) => value !== undefined)
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
