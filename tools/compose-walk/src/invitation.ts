import assert from 'node:assert/strict'
import type { Stack } from './settings.ts'

export type Tokens = { readonly accessToken: string; readonly refreshToken: string }

type Auth = Pick<Stack, 'http' | 'authUrl'>

export const tokensIn = (body: Readonly<Record<string, unknown>>): Tokens => ({
  accessToken: String(body.accessToken),
  refreshToken: String(body.refreshToken),
})

/** Invites somebody. Without a mail server the link is in the answer. */
export async function invite(
  { http, authUrl }: Auth,
  person: { email: string; fullName: string; roles: readonly string[] },
  administratorToken: string,
): Promise<{ userId: string; token: string }> {
  const { status, body } = await http.request(`${authUrl}/admin/users`, { body: person, token: administratorToken })
  assert.equal(status, 201, JSON.stringify(body))
  const link = String(Object(body.invitation).link)
  const [start, token = ''] = link.split('#token=')
  assert.equal(start, `${authUrl.replace('127.0.0.1', 'localhost')}/console/accept`)
  return { userId: String(Object(body.user).id), token }
}

/** Accepts an invitation, which signs in. */
export async function accept({ http, authUrl }: Auth, token: string, password: string): Promise<Tokens> {
  const { status, body } = await http.request(`${authUrl}/auth/invitations/accept`, {
    body: { token, password, delivery: 'body' },
  })
  assert.equal(status, 200, JSON.stringify(body))
  return tokensIn(body)
}
