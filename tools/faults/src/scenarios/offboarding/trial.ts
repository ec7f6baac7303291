import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { clock } from '../../clock.ts'
import { register } from '../../driver/accounts.ts'
import type { Account } from '../../driver/api.ts'
import { type Answer, ask } from '../../driver/http.ts'
import type { BOUNDARIES, Victim } from './boundaries.ts'
import { type Lane, type SignedIn, signIn } from './lane.ts'

export type Cell = { readonly boundary: (typeof BOUNDARIES)[number]; readonly victim: Victim }

/** What came of one offboarding in the middle of which something was killed. */
export type Outcome = Cell & {
  /** Whether the boundary was come to; if not, nothing was killed. */
  readonly wasKilled: boolean
  readonly userId: string
  readonly start: number
  readonly end: number
  /** From when everything was back until the account was disabled, and that known; none when it was before. */
  readonly recoveryMs: number
  /** What must not be; empty when all is well. */
  readonly faults: readonly Fault[]
}

export type Fault = 'lost' | 'done twice' | 'let in' | 'by half'

/** Until it must have been tripped if it ever is. */
const TRIP_WITHIN_MS = 12_000
const DONE_WITHIN_MS = 60_000
const REFUSED_WITHIN_MS = 1000
const PATIENCE = 10
/** How often the caller whose termination was not answered leaves it at that. */
const GIVE_UP_SHARE = 0.3

export async function runTrial(lane: Lane, { boundary, victim }: Cell): Promise<Outcome> {
  await lane.untilWhole()
  await patiently(() => lane.renewAdministrator())
  const { random, wire } = lane
  const person = await patiently(() => employ(lane))
  const requestId = `trial-${randomBytes(8).toString('hex')}`
  const start = clock()
  const armed = wire.arm(boundary.condition({ requestId, userId: person.account.id }), ({ relay }) =>
    lane.kill(victim, replicaOf(relay) ?? random.integer(1, lane.employeeUrls.length)),
  )
  const faults = new Set<Fault>()
  const watching = new AbortController()

  const first = await terminate(lane, person, requestId)
  const gaveUp = first.status !== 202 && random.chance(GIVE_UP_SHARE)
  const answeredAt = first.status === 202 ? clock() : gaveUp ? undefined : await repeat(lane, person, requestId)
  const watched = answeredAt === undefined ? undefined : watchRefusals(lane, person, answeredAt, watching.signal)

  const late = setTimeout(armed.disarm, TRIP_WITHIN_MS)
  const wasKilled = await armed.tripped
  clearTimeout(late)
  await lane.untilWhole()
  const wholeAt = clock()
  const isEnded = answeredAt !== undefined || (await isTerminated(lane, person))
  if (isEnded) {
    if (!(await untilDone(lane, person))) faults.add('lost')
    for (const fault of await judgeEnd(lane, person)) faults.add(fault)
  } else if (!(await isUntouched(lane, person))) faults.add('by half')
  const end = clock()
  watching.abort()
  if (await watched) faults.add('let in')
  const recoveryMs = wasKilled && isEnded ? Math.max(0, end - wholeAt) : 0
  return { boundary, victim, wasKilled, userId: person.account.id, start, end, recoveryMs, faults: [...faults] }
}

/** What has to work before a trial may take a while on a busy machine. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === PATIENCE) throw error
      await delay(500)
    }
  }
}

type Person = { readonly account: Account; readonly session: SignedIn; readonly employeePath: string }

/** Somebody with an account and a session, who is employed. */
async function employ(lane: Lane): Promise<Person> {
  const account = await register(lane.authUrl)
  const session = await signIn(lane.authUrl, account)
  const body = { firstName: 'Grace', lastName: 'Hopper', email: account.email, userId: account.id }
  const url = `${lane.random.pick(lane.employeeUrls)}/employees`
  const { status, body: employee } = await ask({ method: 'POST', url, body, headers: asAdmin(lane) })
  if (status !== 201) throw new Error(`an employee was not made: ${status} ${employee.code}`)
  return { account, session, employeePath: `/employees/${employee.id}` }
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const asAdmin = (lane: Lane): Record<string, string> => bearer(lane.adminToken())

async function terminate(lane: Lane, { employeePath }: Person, requestId: string): Promise<Answer> {
  return ask({
    method: 'POST',
    url: `${lane.random.pick(lane.employeeUrls)}${employeePath}/termination`,
    headers: { ...asAdmin(lane), 'x-request-id': requestId },
    body: { reason: 'trial' },
  })
}

/** Until it is answered; returns when. */
async function repeat(lane: Lane, person: Person, requestId: string): Promise<number> {
  const deadline = clock() + DONE_WITHIN_MS
  while ((await terminate(lane, person, `${requestId}-again`)).status !== 202) {
    if (clock() > deadline) throw new Error('a termination was not answered for a minute')
    await delay(100)
  }
  return clock()
}

/** Asks every replica with the token from before; resolves to whether one took it, a second after the answer or later. */
async function watchRefusals(lane: Lane, person: Person, answeredAt: number, stop: AbortSignal): Promise<boolean> {
  let wasLetIn = false
  const headers = bearer(person.session.accessToken)
  await delay(Math.max(0, answeredAt + REFUSED_WITHIN_MS - clock()))
  do {
    for (const url of lane.employeeUrls) {
      const { status } = await ask({ method: 'GET', url: `${url}/employees?limit=1`, headers })
      if (status === 200) wasLetIn = true
    }
    await delay(100)
  } while (!stop.aborted)
  return wasLetIn
}

async function isTerminated(lane: Lane, { employeePath }: Person): Promise<boolean> {
  const { body } = await settled(lane, 'GET', `${lane.employeeUrls[0]}${employeePath}`)
  return body.status === 'terminated'
}

async function untilDone(lane: Lane, { employeePath }: Person): Promise<boolean> {
  const deadline = clock() + DONE_WITHIN_MS
  while (clock() < deadline) {
    const { body } = await settled(lane, 'GET', `${lane.employeeUrls[0]}${employeePath}/offboarding`)
    if (body.state === 'done') return true
    await delay(20)
  }
  return false
}

/** By what auth-service says, and its audit trail. */
async function judgeEnd(lane: Lane, { account, session }: Person): Promise<Fault[]> {
  const user = await settled(lane, 'GET', `${lane.authUrl}/admin/users/${account.id}`)
  const { status } = { ...(user.body.user as { status?: string } | undefined) }
  const body = { refreshToken: session.refreshToken }
  const refreshed = await settled(lane, 'POST', `${lane.authUrl}/auth/refresh`, body)
  const isOver = refreshed.status === 401 && refreshed.body.reason === 'account_disabled'
  const disablings = await countDisablings(lane, account)
  return [
    ...(status === 'disabled' && isOver && disablings > 0 ? [] : (['lost'] as const)),
    ...(disablings > 1 ? (['done twice'] as const) : []),
  ]
}

/** Nobody was told of an end, and there is none: neither here nor there. */
async function isUntouched(lane: Lane, { account, employeePath }: Person): Promise<boolean> {
  const offboarding = await settled(lane, 'GET', `${lane.employeeUrls[0]}${employeePath}/offboarding`)
  return offboarding.body.state === 'none' && (await countDisablings(lane, account)) === 0
}

async function countDisablings(lane: Lane, { id }: Account): Promise<number> {
  const trail = await settled(lane, 'GET', `${lane.authUrl}/admin/audit?userId=${id}&type=user_disabled`)
  return Array.isArray(trail.body.items) ? trail.body.items.length : 0
}

/** Asked again while there is no answer or none yet: everything is back. */
async function settled(lane: Lane, method: string, url: string, body?: object): Promise<Answer> {
  const deadline = clock() + DONE_WITHIN_MS
  for (;;) {
    const answer = await ask({ method, url, body, headers: asAdmin(lane) })
    if ((answer.status !== 0 && answer.status !== 503) || clock() > deadline) return answer
    await delay(20)
  }
}

const replicaOf = (relay: string): number | undefined => {
  const [, number] = /-(\d+)$/.exec(relay) ?? []
  return number === undefined ? undefined : Number(number)
}
