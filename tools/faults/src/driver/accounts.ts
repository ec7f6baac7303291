import { randomBytes, randomInt } from 'node:crypto'
import type { Account } from './api.ts'
import type { Http } from './http.ts'

// Preparation of experiments: not recorded, and an error when it fails.

const PASSWORD = 'violet-harbour-sings-7'

export type Tokens = { readonly accessToken: string; readonly refreshToken: string }

/** As if each came from elsewhere: registrations are limited by address. */
const someAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`

/** Registers a new account, to which the administrator gives the role `staff`. @throws when that fails */
export async function register(http: Http, authUrl: string, adminToken: string): Promise<Account> {
  const username = `u-${randomBytes(8).toString('hex')}`
  const email = `${username}@example.test`
  const reply = await http.send(`${authUrl}/auth/register`, {
    body: { email, username, password: PASSWORD },
    headers: { 'x-forwarded-for': someAddress() },
  })
  if (reply.status !== 201) throw new Error(`a registration was answered ${reply.status} ${reply.body.code}`)
  const user = reply.body.user as { id: string }
  const change = { method: 'PATCH', body: { roles: ['staff'] }, token: adminToken }
  const { status, body } = await http.send(`${authUrl}/admin/users/${user.id}`, change)
  if (status !== 200) throw new Error(`a change of roles was answered ${status} ${body.code}`)
  return { id: user.id, email, password: PASSWORD }
}

/** Signs in on a new device. @throws when that fails */
export async function signIn(
  http: Http,
  authUrl: string,
  { email, password }: Pick<Account, 'email' | 'password'>,
): Promise<Tokens> {
  const { status, body } = await http.send(`${authUrl}/auth/login`, { body: { email, password, delivery: 'body' } })
  if (status !== 200) throw new Error(`a sign-in was answered ${status} ${body.code}`)
  return { accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) }
}
