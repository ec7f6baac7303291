import { randomBytes } from 'node:crypto'
import { poll } from '@latchkey/harness'
import type { Pair } from './pair.ts'
import { accept, invite, type Person, pathOf } from './person.ts'
import type { Stage } from './windows.ts'

const READY_WITHIN_MS = 60_000

export const newRequestId = (): string => `trial-${randomBytes(8).toString('hex')}`

/** The state of an onboarding, as the API shows it. */
export async function invitationOf(pair: Pair, person: Person): Promise<{ state: string; userId: string | undefined }> {
  const { body } = await pair.answerOf('employee-service', `${pathOf(person)}/invitation`)
  return { state: String(body.state), userId: typeof body.userId === 'string' ? body.userId : undefined }
}

/** An employee who has got as far as `stage`. Everything must be up. @throws when that takes long */
export async function prepare(pair: Pair, person: Person, stage: Stage): Promise<void> {
  if (stage === 'employed') return
  await invite(pair, person, newRequestId())
  await until(pair, person, 'invited')
  if (!(await poll(() => person.links.length > 0, { timeoutMs: READY_WITHIN_MS })))
    throw new Error(`no mail to ${person.email}`)
  if (stage === 'invited') return
  if (!(await accept(pair, person, person.links[0] ?? ''))) throw new Error(`${person.email} did not get in`)
  await until(pair, person, 'accepted')
}

async function until(pair: Pair, person: Person, wanted: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { state, userId } = await invitationOf(pair, person)
    if (userId !== undefined) person.userId = userId
    return state === wanted
  }
  if (await poll(isThere, { timeoutMs: READY_WITHIN_MS, intervalMs: 200 })) return
  throw new Error(`${person.email} is not ${wanted}`)
}
