import { randomBytes } from 'node:crypto'
import { sleep } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import type { BOUNDARIES, Victim } from './boundaries.ts'
import { type Fault, faultsOf, isTerminated, isUntouched, untilDone } from './end-state.ts'
import { employ, type Person, repeatTermination, terminate } from './person.ts'
import type { Worker } from './worker.ts'

export type Cell = { readonly boundary: (typeof BOUNDARIES)[number]; readonly victim: Victim }

/** The result of one offboarding during which a process was killed. */
export type Outcome = Cell & {
  /** Whether the boundary was reached; if not, nothing was killed. */
  readonly wasKilled: boolean
  readonly userId: string
  readonly start: number
  readonly end: number
  /** From the restart of everything until the account was disabled and marked done; 0 when that was earlier. */
  readonly recoveryMs: number
  /** Empty when all is well. */
  readonly faults: readonly Fault[]
}

/** A breakpoint that is not hit by then never is. */
const HIT_WITHIN_MS = 12_000
const REFUSED_WITHIN_MS = 1000
const MOST_TRIES = 10
/** Share of callers that give up when their termination was not answered. */
const GIVE_UP_SHARE = 0.3

export async function runTrial(worker: Worker, { boundary, victim }: Cell): Promise<Outcome> {
  await worker.untilRestored()
  await withRetries(() => worker.renewAdministrator())
  const { random, breakpoints } = worker
  const person = await withRetries(() => employ(worker))
  const requestId = `trial-${randomBytes(8).toString('hex')}`
  const start = clock()
  const breakpoint = breakpoints.set(boundary.condition({ requestId, userId: person.account.id }), ({ relay }) =>
    worker.kill(victim, replicaOf(relay) ?? random.integer(1, worker.employeeUrls.length)),
  )
  const faults = new Set<Fault>()
  const watching = new AbortController()

  const first = await terminate(worker, person, requestId)
  const gaveUp = first.status !== 202 && random.chance(GIVE_UP_SHARE)
  const answeredAt =
    first.status === 202 ? clock() : gaveUp ? undefined : await repeatTermination(worker, person, requestId)
  const watched = answeredAt === undefined ? undefined : watchRefusals(worker, person, answeredAt, watching.signal)

  const late = setTimeout(breakpoint.clear, HIT_WITHIN_MS)
  const wasKilled = await breakpoint.hit
  clearTimeout(late)
  await worker.untilRestored()
  const restoredAt = clock()
  const isEnded = answeredAt !== undefined || (await isTerminated(worker, person))
  if (isEnded) {
    if (!(await untilDone(worker, person))) faults.add('lost')
    for (const fault of await faultsOf(worker, person)) faults.add(fault)
  } else if (!(await isUntouched(worker, person))) faults.add('half done')
  const end = clock()
  watching.abort()
  if (await watched) faults.add('let in')
  const recoveryMs = wasKilled && isEnded ? Math.max(0, end - restoredAt) : 0
  return { boundary, victim, wasKilled, userId: person.account.id, start, end, recoveryMs, faults: [...faults] }
}

/** Preparations may take a while on a busy machine. */
async function withRetries<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === MOST_TRIES) throw error
      await sleep(500)
    }
  }
}

/** Presents the earlier token to every replica; resolves to whether one accepted it, a second after the response or later. */
async function watchRefusals(worker: Worker, person: Person, answeredAt: number, stop: AbortSignal): Promise<boolean> {
  let wasLetIn = false
  const token = person.tokens.accessToken
  await sleep(Math.max(0, answeredAt + REFUSED_WITHIN_MS - clock()))
  do {
    for (const url of worker.employeeUrls) {
      const { status } = await worker.http.send(`${url}/employees?limit=1`, { token })
      if (status === 200) wasLetIn = true
    }
    await sleep(100)
  } while (!stop.aborted)
  return wasLetIn
}

const replicaOf = (relay: string): number | undefined => {
  const [, number] = /-(\d+)$/.exec(relay) ?? []
  return number === undefined ? undefined : Number(number)
}
