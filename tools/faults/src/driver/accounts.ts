import { randomBytes, randomInt } from 'node:crypto'
import { sleep } from '@latchkey/harness'
import type { Account } from './api.ts'
import type { Http, Reply } from './http.ts'

// Preparation of experiments: not recorded, and an error when it fails.

const PASSWORD = 'violet-harbour-sings-7'

export type Tokens = { readonly accessToken: string; readonly refreshToken: string }

/** As if each came from elsewhere: registrations are limited by address. */
const someAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`

/** Registers a new account, to which the administrator gives the role `staff`. @throws when that fails */
export async function register(http: Http, authUrl: string, adminToken: string): Promise<Account> {
  let account: Account | undefined
  const registration = await untilAnswered(async () => {
    // What was answered 503 may be asked again, by a name that is certainly free.
    const username = `u-${randomBytes(8).toString('hex')}`
    const email = `${username}@example.test`
    const reply = await http.send(`${authUrl}/auth/register`, {
      body: { email, username, password: PASSWORD },
      headers: { 'x-forwarded-for': someAddress() },
    })
    if (reply.status === 201) account = { id: (reply.body.user as { id: string }).id, email, password: PASSWORD }
    return reply
  })
  if (!account) throw new Error(`a registration was answered ${registration.status} ${registration.body.code}`)
  const change = { method: 'PATCH', body: { roles: ['staff'] }, token: adminToken }
  const url = `${authUrl}/admin/users/${account.id}`
  const { status, body } = await untilAnswered(() => http.send(url, change))
  if (status !== 200) throw new Error(`a change of roles was answered ${status} ${body.code}`)
  return account
}

/** Signs in on a new device. @throws when that fails */
export async function signIn(
  http: Http,
  authUrl: string,
  { email, password }: Pick<Account, 'email' | 'password'>,
): Promise<Tokens> {
  const request = { body: { email, password, delivery: 'body' } }
  const { status, body } = await untilAnswered(() => http.send(`${authUrl}/auth/login`, request))
  if (status !== 200) throw new Error(`a sign-in was answered ${status} ${body.code}`)
  return { accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) }
}

const ANSWERED_WITHIN_MS = 60_000
const PAUSE_MS = 50

/** Asks again while the answer is 503, as callers are told to. */
async function untilAnswered(ask: () => Promise<Reply>): Promise<Reply> {
  const deadline = performance.now() + ANSWERED_WITHIN_MS
  for (;;) {
    const reply = await ask()
    if (reply.status !== 503 || performance.now() > deadline) return reply
    await sleep(PAUSE_MS)
  }
}
