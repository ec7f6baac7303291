import { poll, sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import type { Pair } from './pair.ts'
import { accept, invite, leave, type Person } from './person.ts'
import { invitationOf, newRequestId } from './prepare.ts'
import { createTrail, type ServiceKind, type Trail } from './trail.ts'
import type { Leaving, Victim, Window } from './windows.ts'

/** One onboarding, something that happened at one moment of it, and what came afterwards. */
export type Trial = {
  readonly window: Window
  readonly victim: Victim
  readonly person: Person
  readonly start: number
  readonly end: number
  /** Whether the moment was reached, and what was to be killed was up. */
  readonly wasHit: boolean
}

/** A breakpoint that is not hit by then never is. */
const HIT_WITHIN_MS = 20_000
/** A moment lasts until what goes with it has happened, or this long. */
const UNTIL_MS = 5000
/** A termination or deletion is so far ahead of what was held, and of the kill. */
const LEAD_MS = [0, 150] as const
const LATER_MS = [0, 500] as const
const FATES: readonly (Leaving | undefined)[] = ['termination', 'deletion', undefined, undefined]
const LEAVINGS: readonly Leaving[] = ['termination', 'deletion']

export async function runTrial(pair: Pair, window: Window, victim: Victim, person: Person): Promise<Trial> {
  const { random, breakpoints } = pair
  const { moment, race } = window
  await pair.untilUp('any')
  const start = clock()
  const trail = createTrail({
    email: person.email,
    requestId: newRequestId(),
    leaveId: newRequestId(),
    userId: person.userId,
    token: person.links.at(-1),
  })
  pair.follow(trail)
  function end(how: Leaving): Promise<void> {
    const ended = leave(pair, person, how, trail.marks.leaveId)
    // Waited for below.
    ended.catch(() => {})
    return ended
  }
  const fate = race ?? (moment.begin === 'leave' ? random.pick(LEAVINGS) : random.pick(FATES))
  person.isEager = moment.begin !== 'accept' && (fate !== undefined || random.chance(0.5))

  let leaving: Promise<void> | undefined
  let isDone = true
  const breakpoint = breakpoints.set(moment.condition(trail, victim), async () => {
    if (moment.until) await Promise.race([moment.until(trail), sleep(UNTIL_MS)])
    if (race) {
      leaving = end(race)
      await sleep(random.between(...LEAD_MS))
    }
    if (victim !== 'nobody') isDone = await kill(pair, trail, victim)
    else if (moment.losesAnswer) pair.cut(trail.replicaOf('employee-service') ?? 1)
  })
  const reached = new AbortController()
  const beginning = begin(pair, window, { person, trail }, reached.signal)
  if (moment.begin === 'leave' && fate) leaving = end(fate)
  const late = setTimeout(breakpoint.clear, HIT_WITHIN_MS)
  const wasHit = await breakpoint.hit
  clearTimeout(late)
  reached.abort()
  await beginning
  if (fate !== undefined && leaving === undefined) {
    await sleep(random.between(...LATER_MS))
    leaving = end(fate)
  }
  await leaving
  return { window, victim, person, start, end: clock(), wasHit: wasHit && isDone }
}

/** Goes on until the moment is reached at the latest. */
async function begin(
  pair: Pair,
  { moment }: Window,
  { person, trail: { marks } }: { readonly person: Person; readonly trail: Trail },
  reached: AbortSignal,
): Promise<void> {
  if (moment.begin === 'invite') await invite(pair, person, marks.requestId)
  if (moment.begin !== 'accept' || marks.token === undefined) return
  await accept(pair, person, marks.token)
  // A caller who asks has the account checked.
  const isOver = async (): Promise<boolean> => (await invitationOf(pair, person)).state !== 'invited'
  await poll(isOver, { timeoutMs: HIT_WITHIN_MS, intervalMs: 300, signal: reached })
}

/** Kills the replica that had to do with the onboarding last. False when none is up. */
async function kill(pair: Pair, trail: Trail, service: ServiceKind): Promise<boolean> {
  const { up, kill: killReplica } = pair.replicas[service]
  const last = trail.replicaOf(service)
  const number = last !== undefined && up.has(last) ? last : [...up.keys()][0]
  if (number === undefined) return false
  await killReplica(number)
  return true
}
