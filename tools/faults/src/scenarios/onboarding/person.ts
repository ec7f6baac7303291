import { randomBytes } from 'node:crypto'
import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import type { Pair } from './pair.ts'
import type { Leaving } from './windows.ts'

const PASSWORD = 'violet-harbour-sings-7'
/** Share of callers who give up when a termination or deletion was not answered. */
const GIVE_UP_SHARE = 0.3
/** Every replica refuses the tokens of an account that it knows this long after the answer. */
const REFUSED_WITHIN_MS = 1000

/** Tokens that somebody was handed, and when. */
export type HeldTokens = { readonly accessToken: string; readonly refreshToken: string; readonly at: number }

/** An employee, and what became of the calls for them and by them. */
export type Person = {
  readonly email: string
  readonly employeeId: string
  /** Of the account, once the API has shown it. */
  userId?: string
  /** In the order in which the mails arrived. */
  readonly links: string[]
  readonly tokens: HeldTokens[]
  /** Uses each link as soon as it arrives. */
  isEager: boolean
  /** The request that invites was answered. */
  wasInvited: boolean
  /** Which request that ends the employment was answered. */
  left?: Leaving
  /** Replicas that accepted a token later than they may. */
  letIn: number
  /** What goes on beside the trial. */
  readonly ongoing: Promise<void>[]
}

export const pathOf = ({ employeeId }: Person): string => `/employees/${employeeId}`

export async function employ(pair: Pair): Promise<Person> {
  const email = `trial-${randomBytes(8).toString('hex')}@example.test`
  const body = { firstName: 'Grace', lastName: 'Hopper', email }
  const reply = await pair.answerOf('employee-service', '/employees', { body })
  if (reply.status !== 201) throw new Error(`an employee was not created: ${reply.status} ${reply.body.code}`)
  const employeeId = String(reply.body.id)
  return { email, employeeId, links: [], tokens: [], isEager: false, wasInvited: false, letIn: 0, ongoing: [] }
}

/** Hands each link to the person to whom it is addressed. */
export function deliverMails(pair: Pair, personOf: (address: string) => Person | undefined): void {
  pair.mailServer.subscribe(({ to, page, token }) => {
    const person = personOf(to)
    if (person === undefined || page !== 'accept' || token === undefined) return
    person.links.push(token)
    if (person.isEager) person.ongoing.push(accept(pair, person, token).then(() => {}))
  })
}

/** Repeats the request until it is answered. */
export async function invite(pair: Pair, person: Person, requestId: string): Promise<void> {
  const { status } = await pair.answerOf('employee-service', `${pathOf(person)}/invitation`, {
    method: 'POST',
    headers: { 'x-request-id': requestId },
  })
  person.wasInvited ||= status === 202
}

/** Uses a link, or signs in where the link was used before its answer arrived. Resolves to whether that gave a session. */
export async function accept(pair: Pair, person: Person, token: string): Promise<boolean> {
  const body = { token, password: PASSWORD, delivery: 'body' }
  const accepted = await pair.answerOf('auth-service', '/auth/invitations/accept', { token: undefined, body })
  return accepted.status === 200 ? keep(person, accepted.body) : signInAs(pair, person)
}

export async function signInAs(pair: Pair, person: Person): Promise<boolean> {
  const body = { email: person.email, password: PASSWORD, delivery: 'body' }
  const signedIn = await pair.answerOf('auth-service', '/auth/login', { token: undefined, body })
  return signedIn.status === 200 && keep(person, signedIn.body)
}

function keep(person: Person, { accessToken, refreshToken }: Readonly<Record<string, unknown>>): boolean {
  person.tokens.push({ accessToken: String(accessToken), refreshToken: String(refreshToken), at: clock() })
  return true
}

/** Terminates or deletes an employee; repeated until it is answered, or not repeated at all. */
export async function leave(pair: Pair, person: Person, how: Leaving, requestId: string): Promise<void> {
  const headers = { 'x-request-id': requestId }
  const { userId } = person
  const held = person.tokens.map(({ accessToken }) => accessToken)
  const [path, request] =
    how === 'termination'
      ? ([`${pathOf(person)}/termination`, { body: { reason: 'trial' }, headers }] as const)
      : ([pathOf(person), { method: 'DELETE', headers }] as const)
  const first = await pair.call('employee-service', path, request)
  const isAnswered = first.status !== 0 && first.status !== 503
  if (!isAnswered && pair.random.chance(GIVE_UP_SHARE)) return
  const { status, body } = isAnswered ? first : await pair.answerOf('employee-service', path, request)
  // One that was not answered may have deleted the employee.
  if (status !== 202 && status !== 204 && !(status === 404 && how === 'deletion'))
    throw new Error(`a ${how} was answered ${status} ${body.code}`)
  person.left = how
  if (userId !== undefined && held.length > 0) person.ongoing.push(expectRefusals(pair, person, held))
}

/** A second later every replica of employee-service that is up must refuse them. */
async function expectRefusals(pair: Pair, person: Person, tokens: readonly string[]): Promise<void> {
  await sleep(REFUSED_WITHIN_MS)
  for (const { url } of [...pair.replicas['employee-service'].up.values()]) {
    for (const token of tokens) {
      const { status } = await pair.http.send(`${url}/employees/me`, { token })
      if (status !== 0 && status !== 503 && status !== 401) person.letIn++
    }
  }
}
