import { poll } from '@latchkey/harness'
import type { Pair } from './pair.ts'
import { accept, invite, type Person, signInAs } from './person.ts'
import { invitationOf, newRequestId } from './prepare.ts'

const COMES_ON_WITHIN_MS = 60_000

/** Brings in an employee who stays: they accept if they have not, and are linked. What went wrong, if anything did. */
export async function bringIn(pair: Pair, person: Person): Promise<string | undefined> {
  if (person.left !== undefined) return `the ${person.left} was answered, and there is none`
  if (person.tokens.length === 0) {
    const fault = await comeIn(pair, person)
    if (fault !== undefined) return fault
  }
  if ((await untilState(pair, person, ['accepted', 'failed'])) !== 'accepted') return 'accepted, and not linked'
  return (await hasOwnRecord(pair, person)) ? undefined : 'linked, and does not get in'
}

async function comeIn(pair: Pair, person: Person): Promise<string | undefined> {
  const { state } = await invitationOf(pair, person)
  if (state === 'none' && person.wasInvited) return 'the invitation was answered, and there is none'
  if (state === 'none') await invite(pair, person, newRequestId())
  const reached = await untilState(pair, person, ['invited', 'accepted', 'failed'])
  if (reached === 'failed' || reached === undefined) return `the invitation is ${reached ?? 'pending'}`
  let tried: string | undefined
  const isIn = async (): Promise<boolean> => {
    const link = person.links.at(-1)
    if (link === undefined || link === tried) return false
    tried = link
    return accept(pair, person, link)
  }
  const hasComeIn = await poll(isIn, { timeoutMs: COMES_ON_WITHIN_MS, intervalMs: 200 })
  return hasComeIn ? undefined : `invited, and ${person.links.length} links do not work`
}

async function untilState(pair: Pair, person: Person, wanted: readonly string[]): Promise<string | undefined> {
  let reached: string | undefined
  const isThere = async (): Promise<boolean> => {
    const { state } = await invitationOf(pair, person)
    reached = wanted.includes(state) ? state : undefined
    return reached !== undefined
  }
  await poll(isThere, { timeoutMs: COMES_ON_WITHIN_MS, intervalMs: 500 })
  return reached
}

/** By a token of their own, which the services take. */
async function hasOwnRecord(pair: Pair, person: Person): Promise<boolean> {
  // An access token of long ago is over.
  if (!(await signInAs(pair, person))) return false
  const token = person.tokens.at(-1)?.accessToken
  const own = await pair.answerOf('employee-service', '/employees/me', { token })
  const account = await pair.answerOf('auth-service', '/auth/me', { token })
  return own.body.id === person.employeeId && account.status === 200
}
