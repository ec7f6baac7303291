import type { RelayedChunk } from '@latchkey/test-kit'
import { after, commitOf, nth, replyTo } from '../../cluster/traffic.ts'

/** What can be killed. */
export const VICTIMS = ['employee-service', 'auth-service', 'postgres', 'redis'] as const
export type Victim = (typeof VICTIMS)[number]

/** What identifies a trial in the traffic. */
export type Marks = {
  /** Of the termination's request; it is stored with the offboarding. */
  readonly requestId: string
  readonly userId: string
}

/** A step of an offboarding. The condition is met by the first chunk of the trial beyond it. */
type Boundary = { readonly name: string; readonly condition: (marks: Marks) => (chunk: RelayedChunk) => boolean }

const toPostgres = ({ relay, from }: RelayedChunk): boolean =>
  relay.startsWith('employee-postgres') && from === 'client'
const fromPostgres = ({ relay, from }: RelayedChunk): boolean =>
  relay.startsWith('employee-postgres') && from === 'server'
const toRedis = ({ relay, from }: RelayedChunk): boolean => relay === 'auth-redis' && from === 'client'

const asked =
  ({ requestId }: Marks) =>
  (chunk: RelayedChunk) =>
    chunk.relay.startsWith('client') && chunk.from === 'client' && chunk.bytes.includes(requestId)

const written =
  ({ requestId }: Marks) =>
  (chunk: RelayedChunk) =>
    toPostgres(chunk) && chunk.bytes.includes(requestId)

/** The commit on the connection that wrote the offboarding. */
const committed = (marks: Marks) => commitOf(written(marks))

const called =
  ({ userId }: Marks) =>
  (chunk: RelayedChunk) =>
    chunk.relay.startsWith('employee-auth') &&
    chunk.from === 'client' &&
    chunk.bytes.includes(`PATCH /admin/users/${userId}`)

const disabled = (marks: Marks) => replyTo(called(marks))

const markedDone = (marks: Marks) =>
  after(disabled(marks), (chunk) => toPostgres(chunk) && chunk.bytes.includes(marks.userId))

/** Every step of an offboarding, as the traffic between the processes shows it. */
export const BOUNDARIES: readonly Boundary[] = [
  { name: 'before the request arrives', condition: asked },
  { name: 'before the commit', condition: committed },
  { name: 'committed, reply lost to employee-service', condition: (marks) => replyTo(committed(marks)) },
  {
    name: 'before a worker fetches the job',
    condition: (marks) =>
      after(committed(marks), (chunk) => fromPostgres(chunk) && chunk.bytes.includes('offboardings_')),
  },
  {
    name: 'job fetched, reply lost to the worker',
    condition: () => (chunk) => fromPostgres(chunk) && chunk.bytes.includes('{"key": '),
  },
  { name: 'before the call to auth-service', condition: called },
  {
    name: 'auth-service committed, not published',
    condition: (marks) =>
      after(
        called(marks),
        nth(2, (chunk) => toRedis(chunk) && chunk.bytes.includes(marks.userId)),
      ),
  },
  { name: 'done at auth-service, response lost', condition: disabled },
  { name: 'before it is marked done', condition: markedDone },
  { name: 'marked done, reply lost to the worker', condition: (marks) => replyTo(markedDone(marks)) },
]
