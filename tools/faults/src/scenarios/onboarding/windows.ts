import { after, type ChunkCondition, commitOf, replyTo } from '../../cluster/traffic.ts'
import { isFrom, SERVICES, type ServiceKind, type Trail } from './trail.ts'

/** What is killed at a moment; `nobody` in races that are left to themselves. */
export type Victim = ServiceKind | 'nobody'

/** How far an employee is before a trial. */
export type Stage = 'employed' | 'invited' | 'linked'

/** A moment between two steps of an onboarding, as the traffic of the two services shows it. */
export type Moment = {
  readonly name: string
  readonly from: Stage
  /** What leads there. */
  readonly begin: 'invite' | 'accept' | 'leave'
  /** Met by the first chunk beyond the moment. Which one that is depends on who must not see it. */
  readonly condition: (trail: Trail, victim: Victim) => ChunkCondition
  /** What must have happened besides. */
  readonly until?: (trail: Trail) => Promise<void>
  /** The answer is lost even where nobody is killed. */
  readonly losesAnswer?: boolean
}

export type Leaving = 'termination' | 'deletion'

/** Something happens at a moment: a kill, or a termination or deletion at the same time, with a kill or without. */
export type Window = {
  readonly name: string
  readonly moment: Moment
  /** Begins at the moment; without it, chance decides what happens after the kill. */
  readonly race?: Leaving
  readonly victims: readonly Victim[]
}

const toEmployeePostgres = isFrom('employee-postgres', 'client')
const fromEmployeePostgres = isFrom('employee-postgres', 'server')
const toAuth = isFrom('auth', 'client')
const toAuthPostgres = isFrom('auth-postgres', 'client')
const toMailServer = isFrom('smtp', 'client')
const answeredToWorker = isFrom('employee-auth', 'server')

/** A chunk of these with a text that may be known later. */
const having =
  (of: ChunkCondition, text: () => string | undefined): ChunkCondition =>
  (chunk) => {
    const wanted = of(chunk) ? text() : undefined
    return wanted !== undefined && chunk.bytes.includes(wanted)
  }

const invitationCommit = ({ marks }: Trail) => commitOf(having(toEmployeePostgres, () => marks.requestId))
const call = ({ marks }: Trail) => having(toAuth, () => `"email":"${marks.email}"`)
const accountCommit = (trail: Trail) => after(call(trail), commitOf(having(toAuthPostgres, () => trail.marks.email)))
const acceptRequest = ({ marks }: Trail) => having(toAuth, () => marks.token)
const acceptCommit = (trail: Trail) => after(acceptRequest(trail), commitOf(having(toAuthPostgres, () => trail.userId)))
const accountSeenActive = (trail: Trail) => {
  const isOfAccount = having(answeredToWorker, () => trail.userId)
  return (chunk: Parameters<ChunkCondition>[0]) => isOfAccount(chunk) && chunk.bytes.includes('"status":"active"')
}
const linkCommit = (trail: Trail) =>
  after(accountSeenActive(trail), commitOf(having(toEmployeePostgres, () => trail.userId)))
const leaveCommit = ({ marks }: Trail) => commitOf(having(toEmployeePostgres, () => marks.leaveId))
const disableCall = (trail: Trail) => having(toAuth, () => `PATCH /admin/users/${trail.userId}`)
const disableCommit = (trail: Trail) => after(disableCall(trail), commitOf(having(toAuthPostgres, () => trail.userId)))

const INVITED: Moment = {
  name: 'invitation committed, reply lost',
  from: 'employed',
  begin: 'invite',
  condition: (trail) => replyTo(invitationCommit(trail)),
}
const TAKEN: Moment = {
  name: 'job taken, before the call to auth-service',
  from: 'employed',
  begin: 'invite',
  condition: (trail) => having(fromEmployeePostgres, () => trail.onboardingId && `{"key": "${trail.onboardingId}"}`),
}
const CALLED: Moment = {
  name: 'call on its way to auth-service',
  from: 'employed',
  begin: 'invite',
  condition: (trail) => call(trail),
}
const IN_THE_MAKING: Moment = {
  name: 'account written at auth-service, not committed',
  from: 'employed',
  begin: 'invite',
  condition: (trail) => accountCommit(trail),
}
const MADE: Moment = {
  name: 'account committed at auth-service, answer lost',
  from: 'employed',
  begin: 'invite',
  condition: (trail, victim) => replyTo(victim === 'auth-service' ? accountCommit(trail) : call(trail)),
  losesAnswer: true,
}
const KEPT: Moment = {
  name: 'id kept, mail not sent',
  from: 'employed',
  begin: 'invite',
  condition: ({ marks }) => having(toMailServer, () => `RCPT TO:<${marks.email}>`),
  until: ({ idKept }) => idKept,
}
const ACCEPTING: Moment = {
  name: 'invited, accept request in flight',
  from: 'invited',
  begin: 'accept',
  condition: (trail) => acceptRequest(trail),
}
const ACCEPTED_IN_PART: Moment = {
  name: 'acceptance written, not committed',
  from: 'invited',
  begin: 'accept',
  condition: (trail) => acceptCommit(trail),
}
const ACCEPTED: Moment = {
  name: 'acceptance committed, reply lost',
  from: 'invited',
  begin: 'accept',
  condition: (trail) => replyTo(acceptCommit(trail)),
}
const LINKING: Moment = {
  name: 'seen active, link written, not committed',
  from: 'invited',
  begin: 'accept',
  condition: (trail) => linkCommit(trail),
}
const LINKED: Moment = {
  name: 'link committed, job not completed',
  from: 'invited',
  begin: 'accept',
  condition: (trail) => replyTo(linkCommit(trail)),
}
const leaving = (from: 'invited' | 'linked'): readonly Moment[] => [
  {
    name: `${from}: end committed, reply lost`,
    from,
    begin: 'leave',
    condition: (trail) => replyTo(leaveCommit(trail)),
  },
  {
    name: `${from}: call to disable on its way`,
    from,
    begin: 'leave',
    condition: (trail) => disableCall(trail),
  },
  {
    name: `${from}: account disabled, answer lost`,
    from,
    begin: 'leave',
    condition: (trail, victim) => replyTo(victim === 'auth-service' ? disableCommit(trail) : disableCall(trail)),
  },
]

const KILLS = [
  INVITED,
  TAKEN,
  CALLED,
  IN_THE_MAKING,
  MADE,
  KEPT,
  ACCEPTING,
  ACCEPTED_IN_PART,
  ACCEPTED,
  LINKING,
  LINKED,
]

/** What a termination or deletion runs into, in the words of the race. */
const RACES: readonly (readonly [name: string, moment: Moment])[] = [
  ['invitation committed', INVITED],
  ['account in the making', IN_THE_MAKING],
  ['answer of auth-service lost', MADE],
  ['id kept, mail not sent', KEPT],
  ['invited, link opened', ACCEPTING],
  ['acceptance not yet committed', ACCEPTED_IN_PART],
  ['accepted, not linked', ACCEPTED],
  ['link not yet committed', LINKING],
  ['linked', LINKED],
]

export const WINDOWS: readonly Window[] = [
  ...RACES.flatMap(([name, moment]) =>
    (['termination', 'deletion'] as const).map((race) => ({
      name: `${race} × ${name}`,
      moment,
      race,
      victims: ['nobody', ...SERVICES] as const,
    })),
  ),
  ...[...KILLS, ...leaving('invited'), ...leaving('linked')].map((moment) => ({
    name: moment.name,
    moment,
    victims: SERVICES,
  })),
]
