import { randomBytes } from 'node:crypto'
import type { Account } from './api.ts'
import { ask } from './http.ts'

const PASSWORD = 'violet-harbour-sings-7'

/** Makes an account. @throws when it can not be made: that is no part of any experiment */
export async function register(url: string): Promise<Account> {
  const username = `u-${randomBytes(8).toString('hex')}`
  const email = `${username}@example.test`
  const body = { email, username, password: PASSWORD }
  const { status, body: answer } = await ask({ method: 'POST', url: `${url}/auth/register`, body })
  if (status !== 201) throw new Error(`a registration was answered ${status} ${answer.code}`)
  const user = answer.user as { id: string }
  return { id: user.id, email, password: PASSWORD }
}
