import { randomUUID } from 'node:crypto'
import type { AppInstance } from '@latchkey/service-kit'
import { eventually } from '@latchkey/test-kit'
import { accountBearer, LINKER, WRITER } from './employee-app.ts'

/** A linked account and the employee it belongs to. */
export type Linked = { readonly userId: string; readonly id: string; readonly url: string }

export async function createEmployee(app: AppInstance, userId: string | null): Promise<string> {
  const payload = { firstName: 'Grace', lastName: 'Hopper', email: `${randomUUID()}@example.com`, userId }
  const created = await app.inject({ method: 'POST', url: '/employees', headers: LINKER, payload })
  if (created.statusCode !== 201) throw new Error(created.body)
  return created.json().id
}

export async function createLinked(app: AppInstance): Promise<Linked> {
  const userId = randomUUID()
  const id = await createEmployee(app, userId)
  return { userId, id, url: `/employees/${id}` }
}

export const terminate = (app: AppInstance, { url }: Pick<Linked, 'url'>) =>
  app.inject({ method: 'POST', url: `${url}/termination`, headers: WRITER, payload: {} })

export const offboardingOf = async (app: AppInstance, { url }: Pick<Linked, 'url'>) =>
  (await app.inject({ url: `${url}/offboarding`, headers: WRITER })).json()

/** The answer to this account when it lists employees with a token issued so many seconds from now. */
export async function readAs(app: AppInstance, { userId }: Pick<Linked, 'userId'>, issuedIn = 0) {
  const answer = await app.inject({ url: '/employees?limit=1', headers: accountBearer(userId, issuedIn) })
  return answer.statusCode === 200 ? '200' : `${answer.statusCode} ${answer.json().code}`
}

export const untilState = (app: AppInstance, linked: Pick<Linked, 'url'>, state: string): Promise<true> =>
  eventually(async () => (await offboardingOf(app, linked)).state === state)
