import type { Passing } from '../../world/tripwire.ts'

/** What can be killed. */
export const VICTIMS = ['employee-service', 'auth-service', 'postgres', 'redis'] as const
export type Victim = (typeof VICTIMS)[number]

/** What a trial is recognised by on the way. */
export type Marks = {
  /** Of the request that ends the employee; it is written down with the offboarding. */
  readonly requestId: string
  readonly userId: string
}

/** Makes a condition that is met by the first piece beyond the boundary, of one trial. */
type Boundary = { readonly name: string; readonly condition: (marks: Marks) => (passing: Passing) => boolean }

const toPostgres = ({ relay, from }: Passing): boolean => relay.startsWith('employee-postgres') && from === 'client'
const fromPostgres = ({ relay, from }: Passing): boolean => relay.startsWith('employee-postgres') && from === 'server'
const toRedis = ({ relay, from }: Passing): boolean => relay === 'auth-redis' && from === 'client'

/** The piece that the one before it is answered with. */
function answerTo(question: (passing: Passing) => boolean): (passing: Passing) => boolean {
  let asked: number | undefined
  return (passing) => {
    if (asked === undefined) {
      if (question(passing)) asked = passing.connection
      return false
    }
    return passing.connection === asked && passing.from === 'server'
  }
}

/** Of those that meet the condition the one with this number, from 1. */
function nth(number: number, condition: (passing: Passing) => boolean): (passing: Passing) => boolean {
  let count = 0
  return (passing) => condition(passing) && ++count === number
}

/** Met only by what comes when the first condition has been met. */
function after(
  first: (passing: Passing) => boolean,
  condition: (passing: Passing) => boolean,
): (passing: Passing) => boolean {
  let isMet = false
  return (passing) => {
    if (isMet) return condition(passing)
    isMet = first(passing)
    return false
  }
}

const asked =
  ({ requestId }: Marks) =>
  (passing: Passing) =>
    passing.relay.startsWith('client') && passing.from === 'client' && passing.bytes.includes(requestId)

const written =
  ({ requestId }: Marks) =>
  (passing: Passing) =>
    toPostgres(passing) && passing.bytes.includes(requestId)

/** The transaction's last word, on the connection that wrote the offboarding. */
function committed(marks: Marks): (passing: Passing) => boolean {
  const isWritten = written(marks)
  let writing: number | undefined
  return (passing) => {
    if (writing === undefined && isWritten(passing)) writing = passing.connection
    return passing.connection === writing && passing.from === 'client' && passing.bytes.includes('commit')
  }
}

const called =
  ({ userId }: Marks) =>
  (passing: Passing) =>
    passing.relay.startsWith('employee-auth') &&
    passing.from === 'client' &&
    passing.bytes.includes(`PATCH /admin/users/${userId}`)

const heard = (marks: Marks) => answerTo(called(marks))

const markedDone = (marks: Marks) =>
  after(heard(marks), (passing) => toPostgres(passing) && passing.bytes.includes(marks.userId))

/** Every step of an offboarding, as it shows on the way between the processes. */
export const BOUNDARIES: readonly Boundary[] = [
  { name: 'before the request arrives', condition: asked },
  { name: 'before the commit', condition: committed },
  { name: 'committed, not heard by employee-service', condition: (marks) => answerTo(committed(marks)) },
  {
    name: 'before a worker fetches the job',
    condition: (marks) =>
      after(committed(marks), (passing) => fromPostgres(passing) && passing.bytes.includes('offboardings_')),
  },
  {
    name: 'job fetched, not heard by the worker',
    condition: () => (passing) => fromPostgres(passing) && passing.bytes.includes('offboardingId'),
  },
  { name: 'before the call to auth-service', condition: called },
  {
    name: 'auth-service committed, not published',
    condition: (marks) =>
      after(
        called(marks),
        nth(2, (passing) => toRedis(passing) && passing.bytes.includes(marks.userId)),
      ),
  },
  { name: 'done at auth-service, answer not heard', condition: heard },
  { name: 'before it is marked done', condition: markedDone },
  { name: 'marked done, not heard by the worker', condition: (marks) => answerTo(markedDone(marks)) },
]
